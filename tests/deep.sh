#!/bin/bash
# deep.sh: the tests again for every other way of building, which takes too long for every change. SAN=address is the
# undefined sanitizer, too.
# SAN=thread cannot follow processes that share memory or fork from threads, and leaves the programs that do so out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for variant in SAN=address SAN=thread CC=clang LINK=static; do
    echo "== make test $variant"
    make --no-print-directory -s test "$variant"
done
make --no-print-directory -s all tests
echo "== the hazards that take long"
DEEP=1 timeout --kill-after=10 900 build/tests/contract
