#!/bin/bash -p
# deep.sh [quick]: the tests again, for every other way of building them, and what takes too long for every change.
#
# Each way repeats what it can tell something new about: SAN=address all C programs, and by the end-to-end tests those that
# scripts run (it is the undefined sanitizer, too); SAN=thread what has threads (it cannot follow processes that share memory or
# fork from threads, and leaves the programs that do so out); another compiler and another linking, and characters without a
# sign, as arm64 has them, what is measured and who measures it. quick is what a change most likely breaks: it puts the compiler
# and the linking into one build, looks for no leaks (at the end of each child of a server that takes a third of the time), and says
# what it leaves out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1-} in
    '') rows=deep ;;
    quick) rows=quick ;;
    *) echo 'usage: deep.sh [quick]' >&2 && exit 2 ;;
esac

unset MAKEFLAGS MAKELEVEL MFLAGS # each build uses all processors, and knows only what its row says
# Only built, without a warning, and first, as that costs least: when, by which compiler, how. For another processor that is
# what needs no further library.
builds='quick||-Og
deep||-O1
deep||-O3
deep||-O0
deep||-O2 -flto
both|aarch64-linux-gnu-gcc|'
for compiler in gcc-{11..14} clang-{13..16}; do builds+=$'\n'"deep|$compiler|"; done
absent=()
while IFS='|' read -r when compiler opt; do
    if [ "$when" != both ] && [ "$when" != "$rows" ]; then continue; fi
    if [ -n "$compiler" ] && ! command -v "$compiler" > /dev/null; then
        absent+=("$compiler")
        continue
    fi
    variables=(WERROR=1 ${compiler:+"CC=$compiler"} ${opt:+"OPT=$opt"})
    targets=(all tests)
    if [[ $compiler == aarch64-* ]]; then
        variables+=(LINK=static)
        targets=(servers/*.c clients/*.c)
        targets=("${targets[@]%.c}") && targets=("${targets[@]/#/build/$compiler-static/}")
    fi
    echo "== make ${variables[*]}"
    make --no-print-directory -s "${variables[@]}" "${targets[@]}" < /dev/null
done <<< "$builds"

measured='contract state echo drive serving isolate'
# When, how it is built, programs, scripts.
matrix="
deep|SAN=address|all|tests/line_test.sh tests/answers_test.sh tests/questions_test.sh tests/input_test.sh tests/selftest_test.sh tests/selftest_verdicts_test.sh
quick|SAN=address ASAN_OPTIONS=detect_leaks=0|contract state echo drive_mutants ipc ipc_mutants spawn background process record table listener request|
both|SAN=thread|contract state ipc micro spawn isolate request background|
deep|CC=clang|$measured|
deep|LINK=static|$measured spawn ipc|
deep|OPT=-funsigned-char|$measured histogram table record|
quick|CC=clang LINK=static|$measured spawn ipc|
deep|||tests/deep/*_test.sh
deep|DEEP=1 TEST_JOBS=1|contract scheduler scheduler_fit scheduler_worth coverage best merged_latencies verdict|tests/foreign_test.sh"
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

((${#absent[@]} == 0)) || echo "not installed: ${absent[*]}"
((${#left_out[@]} == 0)) || printf 'left to make check-deep: %s\n' "${left_out[@]}"
