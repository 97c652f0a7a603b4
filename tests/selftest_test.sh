#!/bin/bash
# selftest_test.sh: the self-tests of a run: on this machine, with a client planted that counts from when it sends, killed while
# the server is stopped, and what is said afterwards of a server under two names.
#
# Runs alone: somebody else on the processors makes latencies wrong, and it is right to say so.
#
# Needs a built build/.
# Runs alone: it measures.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

selftest() { (cd "$work/$1" && exec build/bench/measure/selftest "${@:2}"); } # TREE ARGUMENT...
planned() { mkdir "$results/$1" && (cd "$work/$1" && build/bench/measure/plan --budget 0 --experiments churn --models epoll "$results/$1"); } # RUN
tested() { value "$results/$1/selftest.tsv" "$2" "name=$3"; } # RUN COLUMN NAME

verdicts() { # RUN VERDICT NAME...: with what was found, for whoever has to see why not
    local run=$1 verdict=$2 name
    shift 2
    for name; do
        equals "$name of $(tested "$run" value "$name") within $(tested "$run" low "$name") to $(tested "$run" high "$name")" "$(tested "$run" verdict "$name")" "$verdict" || return 1
    done
}

for name in healthy mutant killed; do tree $name; done
planned mutant && planned killed || exit 1

# ---- a healthy machine ------------------------------------------------------------------------------------------
known=(known_answer_delayed known_answer_p99 known_answer_max)
check 'a run with self-tests: ends well' runs healthy RUN=healthy BUDGET=0 EXPERIMENTS=churn MODELS=epoll SELFTEST=yes
cp "$work/healthy.log" "$work/error"
took() { echo $(($(stat -c %Y "$results/healthy/selftest.tsv") - $(stat -c %Y "$results/healthy/environment.json"))); }
check 'self-test: takes less than 12 s' test "$(took)" -le $((12 * slow))
check 'a run with self-tests: is recorded as one' equals 'selftest in environment.json' "$(jq -r .selftest "$results/healthy/environment.json")" yes
check 'a run with self-tests: the report says what they found' says "$results/healthy/report.md" '| known answer p99 |'
# Neighbours that take most of both cores make latencies wrong, and it is right to say so: it may find a better moment.
for ((tries = 2; tries > 0; tries--)); do
    verdicts healthy passed "${known[@]}" > /dev/null && break
    selftest healthy "$results/healthy" 2> "$work/error"
done
check 'self-test: leaves no process' nothing_left healthy
check 'self-test: its table is whole' are_whole "$results/healthy/selftest.tsv"
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

failures_are_said() { diff <(value "$results/healthy/selftest.tsv" name verdict=failed) <(sed -n 's/^selftest: \([^ ]*\) failed: .*/\1/p' "$work/error"); }
check 'self-test: says which failed' failures_are_said

# ---- a client that counts from when it sends --------------------------------------------------------------------------
rm "$work/mutant/build/clients"
mkdir "$work/mutant/build/clients"
sed 's/c->due_ns = due_ns;/c->due_ns = turn_ns;/' "$repo/clients/core/engine.c" > "$work/engine.c"
check 'mutant: it is one' test -n "$(diff "$repo/clients/core/engine.c" "$work/engine.c")"
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O1 -I "$repo" -o "$work/mutant/build/clients/drive" "$work/engine.c" "$repo/clients/drive.c" \
    "$repo"/clients/core/{arguments,histogram,message,net,net_epoll,net_io_uring,schedule,run_queue_delay}.c -luring -lm || exit 1
selftest mutant "$results/mutant" 2> "$work/error"
check 'mutant: no failure of the program' equals 'its status' $? 0
check 'mutant: found out' verdicts mutant failed known_answer_delayed known_answer_p99
check 'mutant: said so' says "$work/error" 'known_answer_delayed failed: '

# ---- killed while the server is stopped -------------------------------------------------------------------------------
is_stopped() { # TREE: whether a server in it is
    local pid
    pid=$(inhabitant "$1" '^build.*/servers/epoll') && grep -q '^State:[[:blank:]]*T' "/proc/$pid/status"
}
{ selftest killed "$results/killed" & } 2> /dev/null
check 'killed: the server is stopped' within 5 is_stopped killed
refuses 'killed: a second one meanwhile' 1 'another run is under way' "$build/bench/measure/selftest" "$results/killed"
check 'killed: it is' kill -KILL "$(inhabitant killed '^build.*/bench/measure/selftest')"
wait
check 'killed: nothing is left running' nothing_left killed
check 'killed: no table' test ! -e "$results/killed/selftest.tsv"

# ---- the same server under two names ----------------------------------------------------------------------------------
judged() { # EPOLL FORK: n, ratio, low and high of each, as summarize would have them; then the judgement
    local run=$results/healthy
    mkdir -p "$run/experiments" && cp "$repo/bench/questions/experiments/self_same.conf" "$run/experiments"
    {
        printf 'experiment\tmetric\tmodel\tfamily\tx\tn\tmedian\tlow\thigh\tratio\tratio_low\tratio_high\tbaseline\tnote\n'
        printf 'self_same\tserver_cpu_us_per_connection\tepoll\tmultiplexed\t-\t9\t20\t19\t21\t1\t1\t1\tepoll\t-\n'
        # shellcheck disable=SC2086  # words
        printf 'self_same\tserver_cpu_us_per_connection\tepoll+again\tmultiplexed\t-\t%s\t20\t19\t21\t%s\t%s\t%s\tepoll\t-\n' $1
        # shellcheck disable=SC2086
        printf 'self_same\tserver_cpu_us_per_connection\tfork+again\tprocess\t-\t%s\t20\t19\t21\t%s\t%s\t%s\tfork\t-\n' $2
        printf 'self_same\tconnections_per_s\tfork+again\tprocess\t-\t9\t20\t19\t21\t2\t1.9\t2.1\tfork\t-\n'
    } > "$run/summary.tsv"
    "$build/bench/measure/selftest" --judge "$run" 2> "$work/error"
}
before=$(cat "$results/healthy/selftest.tsv")

judges() { # EPOLL FORK VERDICT_OF_EPOLL VERDICT_OF_FORK
    judged "$1" "$2" || { cat "$work/error" && return 1; }
    are_whole "$results/healthy/selftest.tsv" && verdicts healthy "$3" same_server_epoll && verdicts healthy "$4" same_server_fork &&
        equals 'the rows that were there' "$(head -n -2 "$results/healthy/selftest.tsv")" "$before"
}
check 'two names: an interval that holds 1' judges '9 1.04 0.99 1.09' '9 0.97 0.93 1.01' passed passed
check 'two names: an interval that does not' judges '9 1.04 1.02 1.06' '9 0.97 0.93 1.01' failed passed
check 'two names: said so' says "$work/error" 'same_server_epoll failed: 1.04'
doubts_everything() { says <("$repo/bench/report/report_selftest.sh" "$results/healthy") 'same server epoll'  && says <("$repo/bench/report/report_selftest.sh" "$results/healthy") 'everything in this report is in doubt.'; }
check 'two names: the report doubts everything then' doubts_everything
check 'two names: within 2 %' judges '9 1.015 1.01 1.02' '9 0.985 0.98 0.99' passed passed
check 'two names: no valid trial' judges '0 - - -' '9 0.97 0.93 1.01' failed passed
check 'two names: too few blocks' judges '3 1.5 - -' '3 0.97 - -' recorded recorded
check 'two names: the report says that it was not judged' says <("$repo/bench/report/report_selftest.sh" "$results/healthy") 'was not judged in this run'

# ---- bad input ----------------------------------------------------------------------------------------------------
refuses 'bad input: no folder' 2 'the folder of the run is missing' "$build/bench/measure/selftest"
refuses 'bad input: two folders' 2 'one folder' "$build/bench/measure/selftest" "$results/mutant" "$results/healthy"
refuses 'bad input: not a run' 1 'is not a run' "$build/bench/measure/selftest" "$results"
refuses 'bad input: judged before it was measured' 1 'it has no selftest.tsv' "$build/bench/measure/selftest" --judge "$results/killed"
refuses 'bad input: report without a folder' 2 'usage' "$repo/bench/report/report_selftest.sh"
check 'report of a run without self-tests' says <("$repo/bench/report/report_selftest.sh" "$results/killed") 'has no self-tests'
verdict
