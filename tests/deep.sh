#!/bin/bash
# deep.sh: the tests again for every other way of building, which takes too long for every change. SAN=address is the
# undefined sanitizer, too.
# The end-to-end tests, half of which test scripts alone, are repeated only there, and only those that run C programs.
# SAN=thread cannot follow processes that share memory or fork from threads, and leaves the programs that do so out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for variant in SAN=address SAN=thread CC=clang LINK=static; do
    echo "== make test $variant"
    scripts=
    if [ "$variant" = SAN=address ]; then scripts='tests/line_test.sh tests/questions_test.sh tests/selftest_test.sh'; fi
    TEST_SCRIPTS=$scripts make --no-print-directory -s test "$variant"
done
make --no-print-directory -s all tests
echo "== the hazards that take long"
DEEP=1 timeout --kill-after=10 900 build/tests/contract
