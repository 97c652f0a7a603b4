#!/bin/bash -p
# deep.sh [quick]: the tests again, for every other way of building them, and what takes too long for every change.
#
# Each way repeats what it can tell something new about: SAN=address all C programs, and by the end-to-end tests those that
# scripts run (it is the undefined sanitizer, too); SAN=thread what has threads (it cannot follow processes that share memory or
# fork from threads, and leaves the programs that do so out); another compiler and another linking what is measured and who
# measures it. quick is what a change most likely breaks: it puts the compiler and the linking into one build, and says what it
# leaves out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1-} in
    '') rows=deep ;;
    quick) rows=quick ;;
    *) echo 'usage: deep.sh [quick]' >&2 && exit 2 ;;
esac

unset MAKEFLAGS MAKELEVEL MFLAGS # each build uses all processors, and knows only what its row says
measured='contract state echo drive serving isolate'
# When, how it is built, programs, scripts.
matrix="
deep|SAN=address|all|tests/line_test.sh tests/answers_test.sh tests/questions_test.sh tests/input_test.sh tests/selftest_test.sh
quick|SAN=address|contract state echo drive_mutants ipc ipc_mutants spawn background process record table listener request|
both|SAN=thread|contract state ipc micro spawn mistakes serving isolate request background|
deep|CC=clang|$measured|
deep|LINK=static|$measured spawn ipc|
quick|CC=clang LINK=static|$measured spawn ipc|
deep|||tests/deep/*_test.sh
deep|DEEP=1 TEST_JOBS=1|contract|"

left_out=()
while IFS='|' read -r when build programs scripts; do
    if [ "$when" != both ] && [ "$when" != "$rows" ]; then
        [ "$when" != deep ] || left_out+=("${build:-the plain build}: ${programs:+$programs }$scripts")
        continue
    fi
    echo "== make test${build:+ $build}: ${programs:+$programs }$scripts"
    [ "$programs" != all ] || unset programs
    # shellcheck disable=SC2086  # one or two variables of make
    env TEST_SCRIPTS="$scripts" ${programs+TEST_PROGRAMS="$programs"} make --no-print-directory -s test $build < /dev/null
done <<< "${matrix#?}"
((${#left_out[@]} == 0)) || printf 'left to make check-deep: %s\n' "${left_out[@]}"
