#!/bin/bash -p
# background_test.sh: experiments with background and with idle connections that are held: what is planned, what is left out and
# why, what is derived, and how the report speaks of it.
#
# Needs a built build/. Plots and report come from the repository, the questions do not.
# Runs in turn: it measures.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree guests
guests=$work/guests
own_questions "$guests"

cat > "$guests/bench/questions/experiments/beside.conf" << 'END'
question    Which?
type        serve
models      epoll fork prefork select
vary        background 0 30 1500
axis        others
spot        beside % others
connections 2
requests    0
bytes       64
pool        connections
window_s    0.03
warmup_s    0.01
without     fork@1500 so many processes take too long
per         echo
metric      server_cpu_us_per_echo
also        background_ready
baseline    epoll
headline    fork
derive      more epoll@30 - epoll@0 / 30
derive      twice 2*epoll@30
END
cat > "$guests/bench/questions/experiments/held.conf" << 'END'
question    How much?
type        hold
models      epoll fork iterative
vary        connections 30 60
axis        idle connections
pool        16
per         connection
metric      pss_kib_per_connection
also        memory_kib_per_connection held
baseline    epoll
headline    fork
END
cat > "$guests/bench/questions/experiments/stuck.conf" << 'END'
question    Who waits?
type        serve
models      epoll prefork
vary        behaviour silent stalled
background     4
connections 64
requests    1
rate        200
bytes       64
pool        4
failures    counted
timeout_s   0.2
window_s    0.1
warmup_s    0
per         request
metric      in_time_percent
also        latency_p50_us failures
baseline    epoll
headline    prefork
END
check 'the run ends well' runs guests RUN=guests BUDGET=0
run=$results/guests
check 'every trial is ok' all_ok "$run/trials.tsv"

load_of() { value "$run/cells.tsv" load experiment="$1" model="$2" x="$3"; }
check 'background: none' equals 'the load' "$(load_of beside epoll 0)" 'connections=2 bytes=64 window_s=0.03 warmup_s=0.01 timeout_s=10'
check 'background: so many' equals 'the load' "$(load_of beside epoll 30)" 'connections=2 bytes=64 window_s=0.03 warmup_s=0.01 timeout_s=10 background=30 behaviour=idle'
check 'background: its behaviour' equals 'the load' "$(load_of stuck prefork stalled)" \
    'connections=64 requests=1 bytes=64 rate=200 window_s=0.1 timeout_s=0.2 workers=4 background=4 behaviour=stalled failures_counted=yes'
check 'background: it was in place' equals 'ready' "$(value "$run/trials.tsv" background_ready experiment=beside model=fork x=30 | sort -u)" 30
check 'background: many are asked for' equals 'the arguments' "$(value "$run/cells.tsv" arguments experiment=beside model=epoll x=1500)" '--clients 1502'
left() { value "$run/left_out.tsv" reason experiment=beside model="$1" x="$2"; }
check 'left out: beyond FD_SETSIZE' equals 'the reason' "$(left select 1500)" 'serves at most 1020 clients at once'
check 'left out: a pool would need more workers' equals 'the reason' "$(left prefork 30)" 'there are more connections than workers, and some would wait for ever'
check 'left out: only what the experiment says' equals 'rows' "$(rows "$run/left_out.tsv")" 6

check 'held: the load' equals 'the load' "$(load_of held fork 60)" connections=60
check 'held: as many as asked for' equals 'held' "$(value "$run/trials.tsv" held experiment=held model=fork x=60 | sort -u)" 60
check 'held: the load in the report' says <(shown "$run" 'q("held").conditions') '30 or 60 idle connections, each served once'

in_time() { value "$run/trials.tsv" in_time_percent experiment=stuck model="$1" x="$2" | sort -u; }
check 'stuck: a pool serves no one' equals 'in time' "$(in_time prefork stalled) $(in_time prefork silent)" '0 0'
some_in_time() { in_time epoll stalled | awk '$1 > 0 { found = 1 } END { exit !found }'; }
check 'stuck: others are by a loop' some_in_time
check 'stuck: a report' reports "$run" '0 %' 'row("stuck"; "prefork"; "stalled").cells[0].text'
check 'stuck: the load in the report' says <(shown "$run" 'q("stuck").conditions') 'open loop, 200 requests due per second'

derived() { value "$run/summary.tsv" median experiment=beside model="$1"; }
is_twice() { awk -v twice="$(derived twice)" -v one="$(value "$run/summary.tsv" median experiment=beside model=epoll x=30 metric=server_cpu_us_per_echo)" \
    'BEGIN { exit !(one > 0 && twice > 1.999 * one && twice < 2.001 * one) }'; }
check 'derived: so many times' is_twice

# ---- what is wrong ----
wrong() { # NAME LINE TEXT
    sed -i '/^failures\|^background \|^behaviour /d' "$guests/bench/questions/experiments/stuck.conf"
    echo "$2" >> "$guests/bench/questions/experiments/stuck.conf"
    refuses "$1" 1 "$3" env RESULTS="$results" RUN=wrong EXPERIMENTS=stuck "$guests/bench/run.sh"
}
wrong 'failures: a wrong word' 'failures    ignored' "'failures' must be counted, not 'ignored'"
wrong 'background: no number' 'background     many' "'background' must be a whole number from 0 to 1000000, not 'many'"
check 'nothing is left running' nothing_left guests
verdict
