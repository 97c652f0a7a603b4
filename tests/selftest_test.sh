#!/bin/bash -p
# selftest_test.sh: the self-tests of a run on this machine.
#
# Runs alone: other tasks on the CPUs make latencies wrong, and it is right to say so.
#
# Needs a built build/.
# shellcheck source=tests/core/selftest.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/selftest.sh"

tree healthy
known=(known_answer_delayed known_answer_p99 known_answer_max)
check 'a run with self-tests: ends well' runs healthy RUN=healthy BUDGET=0 EXPERIMENTS=churn MODELS=epoll SELFTEST=yes
cp "$work/healthy.log" "$work/error"
took() { echo $(($(stat -c %Y "$results/healthy/selftest.tsv") - $(stat -c %Y "$results/healthy/environment.json"))); }
check 'self-test: takes less than 12 s' test "$(took)" -le $((12 * slow))
check 'a run with self-tests: is recorded as one' equals 'selftest in environment.json' "$(jq -r .selftest "$results/healthy/environment.json")" yes
check 'a run with self-tests: the report says what they found' reports "$results/healthy" "$(rows "$results/healthy/selftest_verdicts.tsv")" '.selftests.rows | length'
# Neighbours that take most of both cores make latencies wrong, and it is right to say so: it may find a better moment.
for ((tries = 2; tries > 0; tries--)); do
    verdicts healthy passed "${known[@]}" > /dev/null && break
    tests_itself healthy 2> "$work/error"
done
check 'self-test: leaves no process' nothing_left healthy
check 'self-test: its table is whole' are_whole "$results/healthy/selftest.tsv"
check 'self-test: its table has no verdicts' equals 'the header' "$(head -n 1 "$results/healthy/selftest.tsv")" $'name\tvalue\tunit\twhat'
check 'self-test: the verdicts are whole' are_whole "$results/healthy/selftest_verdicts.tsv"
check 'self-test: all are judged' equals 'how many' "$(rows "$results/healthy/selftest_verdicts.tsv")" 15
check 'self-test: the known answer is found' verdicts healthy passed "${known[@]}"

recorded() {
    local name number
    for name in null_echo_client_ceiling known_answer_p99_from_sending timer_overshoot_max; do
        equals "$name" "$(tested healthy verdict $name)" recorded || return 1
    done
    column "$results/healthy/selftest.tsv" value | while read -r number; do
        [[ $number =~ ^-?[0-9] ]] || { echo "a value is '$number'" && exit 1; }
    done
}
check 'self-test: every value could be had' recorded

sending_would_fail() {
    awk -v is="$(tested healthy value known_answer_p99_from_sending)" -v low="$(tested healthy low known_answer_p99)" \
        'BEGIN { print is " is not below " low; exit !(is + 0 < low + 0) }'
}
check 'self-test: counted from the sending, the same load would fail' sending_would_fail

failures_are_said() { diff <(value "$results/healthy/selftest_verdicts.tsv" name verdict=failed) <(sed -n 's/^analyse: \([^ ]*\) failed: .*/\1/p' "$work/error"); }
check 'self-test: says which failed' failures_are_said

without_selftests() { cp -r "$results/healthy" "$results/untested" && rm "$results/untested"/selftest*.tsv && says <(section untested) 'no self-test'; }
check 'report of a run without self-tests' without_selftests
verdict
