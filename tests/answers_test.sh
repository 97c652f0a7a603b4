#!/bin/bash -p
# answers_test.sh: experiments of one's own, measured: linking, loads that are counted, cores, options and pools of one's own, sudden
# ends, programs from outside, and blocks until an answer has converged.
#
# Needs a built build/. Plots and report come from the repository, the questions do not. What can be known without measuring is
# in questions_test.sh.
# Runs in turn: it measures.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
asked=$work/asked
own_questions "$asked"
none=$build/linked_static/none # is there under a sanitizer, or where everything is linked statically
cores=$(lscpu -p=CORE,SOCKET | grep -v '^#' | sort -u | wc -l)
[ "$(nproc)" -eq "$(nproc --all)" ] || cores=1

ask() { # NAME KEY_AND_VALUE...: an experiment
    printf '%s\n' 'question Which?' "${@:2}" > "$asked/bench/questions/experiments/$1.conf"
}
loaded=('bytes 64' 'pool 4')
brief=('type serve' "${loaded[@]}" 'window_s 0.03' 'warmup_s 0.01')
connections=('requests 1' 'per connection' 'metric server_cpu_us_per_connection' 'baseline epoll' 'headline fork')
ask linked "${brief[@]}" "${connections[@]}" 'models epoll fork' 'connections 4' 'vary linking dynamic static'
ask counted 'type serve' "${loaded[@]}" 'models epoll fork' 'connections 3' 'vary requests 1 30 1000' 'total 100' 'per echo' 'metric server_cpu_us_per_echo' 'baseline epoll' 'headline fork'
ask cored "${brief[@]}" "${connections[@]}" 'models epoll prefork' 'connections 2' "vary cores 1 $cores 1024" 'also connections_per_s'
ask working "${brief[@]}" 'models epoll prefork+3' 'variant prefork+3 prefork -w 3' 'connections 3' 'requests 0' 'vary us 10 2000' 'option --work spin:%' \
    'per echo' 'metric server_cpu_us_per_echo' 'baseline epoll' 'headline prefork+3'
ask ending 'type isolate' "${loaded[@]}" 'models epoll fork fork_exec iterative' 'vary end crash kill' 'options --poison deadly' 'connections 3' 'requests 0' 'per connection' \
    'metric connections_lost' 'also service_back_us' 'baseline fork' 'headline epoll'
cat > "$work/sleeper" << 'END'
#!/bin/sh
# Takes a millisecond for each of the COUNT that stands last.
for last; do :; done
sleep "$(printf %d.%03d $((last / 1000)) $((last % 1000)))"
END
chmod +x "$work/sleeper"
sleepers() { # NAME HEADLINE
    ask "$1" 'type time' 'programs bench/micro/spawn' "models sleeper $2" "outside sleeper $work/sleeper --for" "outside $2 $work/sleeper --for" \
        'counts 5 35' 'runs 1' 'per nap' 'metric wall_us_per_operation' 'baseline sleeper' "headline $2"
}

sleepers steady again
sleepers unsteady restless

# ---- a run of each ------------------------------------------------------------------------------------------------------
asks=(counted working ending)
[ -e "$none" ] || asks+=(linked)
[ "$cores" -eq 1 ] || asks+=(cored)
check 'the run ends well' runs asked RUN=answers BUDGET=0 EXPERIMENTS="${asks[*]}"
run=$results/answers
check 'every trial is ok' all_ok "$run/trials.tsv"
check 'nothing is left running' nothing_left asked

if [ -e "$none" ]; then
    bench asked RUN=linked BUDGET=0 EXPERIMENTS=linked
    check 'linking: nothing to compare: the run fails' equals 'its status' $? 1
    check 'linking: nothing to compare: says why' says "$work/asked.log" "fork is skipped: $(cat "$none")"
else
    two_folders() {
        diff <(awk -F '\t' '$3 == "linked" { print $6, $7 }' "$run/plan.tsv" | sort -u) - << END
dynamic $BUILD/servers/epoll
dynamic $BUILD/servers/fork
static $BUILD/linked_static/servers/epoll
static $BUILD/linked_static/servers/fork
END
    }
    check 'linking: dynamic and static programs' two_folders
    is_static() { ! readelf -l "$build/linked_static/servers/$1" | grep INTERP && readelf -l "$build/servers/$1" | grep -q INTERP; }
    check 'linking: a static copy is static, the program beside it is not' is_static fork
    check 'linking: numbers of dynamic and of static programs' reports "$run" true '[row("linked"; "fork"; "dynamic", "static").cells[0].text | length > 0] == [true, true]'
    check 'linking: fork_exec executes a static program' test -x "$build/linked_static/servers/inetd/echo"
fi
check 'ratios are to the baseline at the same x' recomputed "$run" 12

check 'total: each connection is used in full' equals 'the connections' \
    "$(value "$run/trials.tsv" connections experiment=counted model=fork | sort -nu | paste -sd ' ')" '3 6 102'

if [ "$cores" -eq 1 ]; then
    skips 'cores' 'there is one core only, or not all may be used'
else
    check 'cores: so many for the server' equals 'how many' \
        "$(value "$run/cells.tsv" program experiment=cored "x=$cores" model=prefork | awk '{ print $1, $2, split($3, cpu, ","), $4 }' | sed 's,layouts/.*/servers,servers,')" "taskset -c $cores $BUILD/servers/prefork"
    check 'cores: as many as there are are shared with the client' equals 'the note' \
        "$(value "$run/summary.tsv" note experiment=cored "x=$cores" metric=connections_per_s model=epoll | tr ';' '\n' | grep -x shared-processor)" shared-processor
    check 'cores: one is not' equals 'the processors shared' "$(value "$run/trials.tsv" processors_shared experiment=cored x=1 | sort -u)" 0
    check 'cores: more than there are are left out' notes_say "$run" cored 'there are not so many here'
fi

check "working: the option is the experiment's" says <(value "$run/plan.tsv" arguments experiment=working model=epoll x=10) '--work spin:10'
check "working: a variant's pool is its own" equals 'the arguments' "$(value "$run/plan.tsv" arguments model=prefork+3 x=10 | sort -u)" '-w 3 --work spin:10'
check 'working: the work is done' test "$(value "$run/summary.tsv" median experiment=working model=epoll x=2000 metric=server_cpu_us_per_echo | cut -d . -f 1)" -ge 2000
figures_of() { value "$run/summary.tsv" median experiment=ending metric="$1" "${@:2}" | paste -sd ' '; }
check 'ending: who goes down' equals 'lost with epoll, fork, fork_exec' \
    "$(figures_of connections_lost model=epoll), $(figures_of connections_lost model=fork), $(figures_of connections_lost model=fork_exec)" '2 2, 0 0, 0 0'
check 'ending: who never is' equals 'epoll' "$(figures_of service_back_us model=epoll)" 'never never'
check 'ending: who is back' equals 'fork, after some time' "$(figures_of service_back_us model=fork | grep -cE '^[0-9.]+ [0-9.]+$')" 1
check 'ending: who serves one at a time is left out' says <(value "$run/left_out.tsv" reason model=iterative) 'serves one connection at a time'

# ---- blocks until the answer has converged --------------------------------------------------------------------------------
# The blocks before are made up: one question has its answer, the other is far from it.
rm "$asked"/bench/questions/experiments/{linked,counted,cored,working,ending}.conf
both=$results/both
twelve_blocks() {
    fixture asked both 12 << 'END'
* * * wall_us_per_operation 1000
unsteady restless * wall_us_per_operation 1000 4000 2000 3000
END
}
check 'converged: twelve blocks, filled in' twelve_blocks
check 'converged: the run ends well' runs asked RUN=both BUDGET=0.12 # they were 4.8 s
last_of() { value "$both/trials.tsv" block "experiment=$1" | sort -n | tail -n 1; }
check 'converged: who has an answer gets no more blocks' equals 'the last block' "$(last_of steady)" 12
check 'converged: who has no answer goes on' test "$(last_of unsteady)" -gt 12
a_millisecond() { # or so, in one of the new blocks: the machine may be busy
    paste <(value "$both/trials.tsv" block experiment=unsteady) <(value "$both/trials.tsv" wall_us_per_operation experiment=unsteady) |
        awk '$1 > 12 { print $2; if ($2 > 500 && $2 < 5000) good = 1 } END { exit !good }'
}
check 'an outsider is timed by its own slope' a_millisecond
before=$(rows "$both/trials.tsv")
check 'converged: the run goes on' runs asked RUN=both BUDGET=0.15
check 'converged: with more time there is more' test "$(rows "$both/trials.tsv")" -gt "$before"
check 'converged: with more time for nobody else' equals 'the last block' "$(last_of steady)" 12
check 'nothing is left running in the end' nothing_left asked
verdict
