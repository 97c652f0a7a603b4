#!/bin/bash -p
# mutants_test.sh: servers that each do one thing wrong, beside honest ones, in a run of the whole line: the run names each by
# a code and shows no number of it as a valid one, and has nothing to say against the others. A client whose core somebody
# else uses is named, too.
#
# Runs in turn: it measures.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree mutants
mutants=$work/mutants
own_questions "$mutants"
if ! "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -I"$repo" -o "$work/mutant" "$repo"/tests/mutants/mutant.c "$repo/clients/core/message.c"; then
    fails 'mutants: compiled' 'no'
fi
for name in drops_bytes answers_before_reading echoes_stale sleeps_at_requests sleeps_at_times leaks_descriptors \
    serves_from_a_daemon points_elsewhere honest; do
    ln -s "$work/mutant" "$mutants/build/servers/zz_$name"
done

ask() { # NAME KEY_AND_VALUE...: an experiment
    printf '%s\n' 'question Who lies?' 'type serve' 'pool 16' 'warmup_s 0.02' 'timeout_s 2' "${@:2}" \
        > "$mutants/bench/questions/experiments/$1.conf"
}
# Whoever fails twice gets no third trial.
ask brief 'baseline epoll' 'headline fork prefork thread zz_honest' 'requests 1' 'connections 16' 'bytes 64' 'window_s 0.06' 'per connection' 'metric server_cpu_us_per_connection' 'also connections_per_s server_descriptors' \
    'models epoll fork prefork thread zz_honest zz_leaks_descriptors fork+keep-connfd fork+no-reap zz_serves_from_a_daemon zz_points_elsewhere' \
    'variant fork+keep-connfd fork --mistake keep-connfd' 'variant fork+no-reap fork --mistake no-reap'
echoes=('requests 0' 'connections 8' 'bytes 1024' 'per echo' 'metric server_cpu_us_per_echo' 'also echoes_per_s')
ask lasting "${echoes[@]}" 'window_s 0.5' 'baseline epoll' 'headline fork zz_honest zz_sleeps_at_requests zz_sleeps_at_times' \
    'models epoll fork zz_honest zz_sleeps_at_requests zz_sleeps_at_times'
ask wrong "${echoes[@]}" 'window_s 0.05' 'baseline poll' 'headline zz_drops_bytes' \
    'models poll zz_drops_bytes zz_answers_before_reading zz_echoes_stale zz_serves_from_a_daemon zz_points_elsewhere'

# ---- mutants ------------------------------------------------------------------------------------------------------
exec 4< <(cd "$mutants" && exec build/servers/epoll) # a foreign server, left on its port
elsewhere=$!
read -r -u 4 line
check 'mutants: the run goes on to its end' runs mutants RUN=mutants BUDGET=0 ZZ_ELSEWHERE="${line##*:}"
kill "$elsewhere"
check 'mutants: none is left running' nothing_left mutants
run=$results/mutants

notes() { value "$run/summary.tsv" note "model=$1" "metric=$2" | paste -sd ' '; } # MODEL METRIC
codes() { value "$run/doubts.tsv" reasons "model=$1" | tr ';' '\n' | sort | uniq -c | awk '{ printf "%s%s %d", n++ ? ", " : "", $2, $1 }'; } # MODEL

marked() { # MODEL VALIDITY: in the table of the report, with a reason
    reports "$run" true "[.questions.groups[].questions[].table.rows[] | select(.model == \"$1\").cells[]] | any(.validity == \"$2\" and (.reason // \"\") != \"\")"
}

unusable() { # MODEL CODE METRIC: no number, and the reason where it would be
    local model=$1 code=$2 metric=$3
    equals "what is found against $model" "$(value "$run/summary.tsv" median "model=$model" "metric=$metric" | sort -u)" - &&
        says <(notes "$model" "$metric") "no valid trial: $code" &&
        marked "$model" invalid
}

doubtful() { # MODEL CODE METRIC: a number that is marked with the reason
    local model=$1 code=$2 metric=$3
    equals "validity of $model" "$(value "$run/summary.tsv" validity "model=$model" "metric=$metric")" suspect &&
        says <(notes "$model" "$metric") "$code" && marked "$model" suspect
}

told=''
tell() { told+=$(printf '%-26s %-20s %s' "$1" "$2" "$(codes "$1")")$'\n'; } # MODEL CODE
flagged() { # HOW MODEL CODE METRIC
    tell "$2" "$3"
    check "mutant: $2 is named: $3, for $4" "$@"
}
flagged unusable zz_drops_bytes wrong-bytes server_cpu_us_per_echo
flagged unusable zz_answers_before_reading wrong-bytes server_cpu_us_per_echo
flagged unusable zz_echoes_stale wrong-bytes server_cpu_us_per_echo
flagged doubtful zz_sleeps_at_requests stalls echoes_per_s
flagged unusable zz_leaks_descriptors descriptors-leaked server_cpu_us_per_connection
flagged unusable fork+keep-connfd descriptors-leaked server_cpu_us_per_connection
flagged unusable fork+no-reap not-reaped server_cpu_us_per_connection
flagged unusable zz_serves_from_a_daemon wrong-process server_cpu_us_per_connection
flagged unusable zz_points_elsewhere wrong-process server_cpu_us_per_echo
check 'mutant: zz_serves_from_a_daemon is named, for server_cpu_us_per_echo' unusable zz_serves_from_a_daemon wrong-process server_cpu_us_per_echo
check 'mutant: zz_points_elsewhere is named, for server_cpu_us_per_connection' unusable zz_points_elsewhere wrong-process server_cpu_us_per_connection
says_what_leaked() { equals 'descriptors of fork+keep-connfd' "$(value "$run/summary.tsv" n model=fork+keep-connfd metric=server_descriptors)" 2; }
check 'mutant: what it holds is a number even so' says_what_leaked

# One sleep of 2 ms in a window: to be told from what others on the processors do only if they do little.
is_crowded() { # MODEL: in most of its trials other tasks had the CPUs for more than a fiftieth of the time
    [ "$(paste <(value "$run/trials.tsv" client_run_queue_delay "model=$1") <(value "$run/trials.tsv" server_run_queue_delay_us "model=$1") |
        awk '$1 > 0.02 || $2 > 5000' | wc -l)" -ge 2 ]
}
if is_crowded zz_sleeps_at_times && ! doubtful zz_sleeps_at_times stalls echoes_per_s > /dev/null; then
    tell zz_sleeps_at_times '(not told)'
    skips 'mutant: zz_sleeps_at_times' 'others use these processors too much to tell a sleep of 1 % of the time'
else
    flagged doubtful zz_sleeps_at_times stalls echoes_per_s
fi

# ---- honest ones beside them --------------------------------------------------------------------------------------
# Others on this machine may keep trials from being good ones; but that is not the server's doing, and bears other codes.
blameless() { # MODEL
    local found stalls planned
    planned=$((3 * $(value "$run/cells.tsv" experiment "model=$1" | wc -l))) # three blocks
    found=$({
        value "$run/doubts.tsv" reasons "model=$1" | tr ';' '\n'
        value "$run/summary.tsv" note "model=$1" | tr ';' '\n'
    } | grep -E 'wrong-|errors|fault|descriptors-leaked|not-reaped|no valid trial' | sort | uniq -c)
    stalls=$(value "$run/doubts.tsv" reasons "model=$1" | grep -c stalls) # the machine may, once or twice
    equals "what is said of $1" "$found" '' && equals "trials of $1" "$(value "$run/trials.tsv" status "model=$1" status=ok | wc -l)" $planned &&
        { [ "$stalls" -le 2 ] || { echo "$1 stalls in $stalls of $planned trials" && return 1; }; }
}
for name in epoll fork prefork thread zz_honest; do
    tell "$name" -
    check "honest: nothing is said against $name" blameless "$name"
done

# ---- a client whose core another task uses -----------------------------------------------------------------------
client_cpus=$(awk -F '\t' '$1 == "client_cpus" { print $2 }' "$run/settings.tsv")
taskset -c "$client_cpus" sh -c 'while :; do :; done' &
neighbour=$!
check 'disturbed client: the run goes on to its end' runs mutants RUN=disturbed BUDGET=0 EXPERIMENTS=brief MODELS=epoll
kill "$neighbour"
wait "$neighbour" 2> /dev/null
undisturbed=$((6 - $(value "$run/doubts.tsv" reasons model=epoll | grep -c client-disturbed)))
run=$results/disturbed
tell epoll client-disturbed
check 'disturbed client: is named, for connections_per_s' doubtful epoll client-disturbed connections_per_s
check 'disturbed client: in every trial' equals 'trials with it' "$(value "$run/doubts.tsv" reasons model=epoll | grep -c client-disturbed)" "$(value "$run/trials.tsv" trial model=epoll | wc -l)"
not_for_cpu_time() { ! notes epoll server_cpu_us_per_connection | grep client-disturbed; }
check 'disturbed client: no doubt about the CPU time of the server' not_for_cpu_time
if [ "$undisturbed" -gt 0 ]; then
    passes "disturbed client: without the neighbour $undisturbed of 6 trials are not"
else
    skips 'disturbed client: none without the neighbour' 'others use these processors too'
fi

printf '%-26s %-20s %s\n%s' server 'named for' 'codes of its trials, and how many bear them' "$told"
verdict
