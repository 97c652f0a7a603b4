#!/bin/bash -p
# selftest.sh: what the tests of the self-tests share; they source it, and it sources line.sh.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/line.sh"

selftest() { (cd "$work/$1" && exec build/bench/measure/selftest "${@:2}"); } # TREE ARGUMENT...
judge() { "$build/bench/analyse/analyse" "$repo/bench/questions" "$results/$1"; } # RUN
tests_itself() { selftest "$1" "$results/$1" && judge "$1"; } # TREE
tested() { value "$results/$1/selftest_verdicts.tsv" "$2" "name=$3"; } # RUN COLUMN NAME

verdicts() { # RUN VERDICT NAME...: with the findings, to show the reason for a failure
    local run=$1 verdict=$2 name
    shift 2
    for name; do
        equals "$name of $(tested "$run" value "$name") within $(tested "$run" low "$name") to $(tested "$run" high "$name")" "$(tested "$run" verdict "$name")" "$verdict" || return 1
    done
}
section() { report "$results/$1" && shown "$results/$1" '.selftests | .text, "\(.ok)"'; } # RUN
