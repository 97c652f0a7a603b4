#!/bin/bash
# deep.sh: what takes too long for every change: tests/deep/, and the tests again for every other way of building. SAN=address
# is the undefined sanitizer, too.
# All C programs are tested under the address sanitizer, and by the end-to-end tests those that scripts run. The other ways repeat
# what they can tell something new about: SAN=thread what has threads (it cannot follow processes that share memory or fork from
# threads, and leaves the programs that do so out), another compiler and another linking what is measured and who measures it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

repeat() { # VARIANT SCRIPTS PROGRAM...
    echo "== make test $1"
    TEST_PROGRAMS="${*:3}" TEST_SCRIPTS=$2 make --no-print-directory -s test "$1"
}
echo "== runs that are killed, cut off, damaged, or meet a full disk"
TEST_PROGRAMS='' TEST_SCRIPTS='tests/deep/*_test.sh' make --no-print-directory -s test
repeat SAN=address 'tests/line_test.sh tests/answers_test.sh tests/questions_test.sh tests/input_test.sh tests/selftest_test.sh' 'build/tests/*'
repeat SAN=thread '' build/tests/{contract,state,ipc,micro,spawn,mistakes,serving,isolate,request,background}
repeat CC=clang '' build/tests/{contract,state,echo,drive,serving,isolate}
repeat LINK=static '' build/tests/{contract,state,spawn,ipc,serving}
make --no-print-directory -s all tests
echo "== the hazards that take long"
DEEP=1 timeout --kill-after=10 900 build/tests/contract
