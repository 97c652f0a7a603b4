#!/bin/bash -p
# foreign_test.sh: the user's own servers (SERVER, SERVERS) beside a model, in runs of the whole line. Each that does not serve is named in
# one line, and the run goes on without it; each that does something wrong is named by a code; one of the suite, through this door, costs
# what it costs otherwise. And the foreign servers that come with the suite.
#
# Runs in turn: it measures.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree foreign
tree=$work/foreign
own_questions "$tree"
mkdir -p "$build/foreign" && ln -s "$build/foreign" "$tree/build" # with DEEP=1, tokio is built once
if ! "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -I"$repo" -o "$work/mutant" "$repo"/tests/mutants/mutant.c "$repo/clients/core/message.c"; then
    fails 'foreign: compiled' 'no'
fi
ask() { # NAME KEY_AND_VALUE...: a question in which foreign servers may take part
    printf '%s\n' 'question Whose is it?' 'type serve' 'foreign yes' 'pool 16' 'warmup_s 0.02' 'timeout_s 2' 'models epoll fork' 'baseline epoll' \
        'headline fork' "${@:2}" > "$tree/bench/questions/experiments/$1.conf"
}
ask brief 'requests 1' 'connections 16' 'bytes 64' 'window_s 0.05' 'per connection' 'metric server_cpu_us_per_connection' 'also connections_per_s'
ask lasting 'requests 0' 'connections 8' 'bytes 1024' 'window_s 0.1' 'per echo' 'metric server_cpu_us_per_echo' 'also echoes_per_s'
plans() { # PLAN_OPTION...
    rm -rf "$results/planned"
    mkdir "$results/planned"
    (cd "$tree" && "$BUILD/bench/measure/plan" --experiments brief "$@" "$results/planned") > "$work/said" 2> "$work/error"
}
planned_status() { value "$results/planned/models.tsv" status "name=$1"; } # MODEL

# ---- what cannot take part ----------------------------------------------------------------------------------------
bad_server() { # STATUS TEXT KNOB=VALUE
    refuses "bad input: $3" "$1" "$2" env RESULTS="$results" RUN=bad BUDGET=0 "$3" "$tree/bench/run.sh"
}
servers() { printf '%s\n' "$@" > "$work/servers"; } # LINE...
bad_server 2 "SERVER: no {port} in './mine'; it stands for the port to listen on" SERVER=./mine
bad_server 2 'SERVERS: /nowhere/servers: No such file' SERVERS=/nowhere/servers
servers '# mine' '' 'first ./a {port}'
bad_server 2 "servers:3: 'first ./a {port}' must be NAME=COMMAND" SERVERS="$work/servers"
servers 'first=./a'
bad_server 2 "servers:1: no {port} in './a'" SERVERS="$work/servers"
servers 'a-b=./a {port}'
bad_server 2 "'a-b' must be a name" SERVERS="$work/servers"
servers 'epoll=./a {port}'
bad_server 2 "there is a server called 'epoll'" SERVERS="$work/servers"
servers 'socat=./a {port}'
bad_server 2 "there is a server called 'socat'" SERVERS="$work/servers"
servers 'a=./a {port}' 'a=./b {port}'
bad_server 2 "servers:2: there is a server called 'a'" SERVERS="$work/servers"

skipped() { # WHY COMMAND: it is skipped, in one line, and the others are planned
    plans --server "$2" || { cat "$work/error" && return 1; }
    equals 'lines said' "$(wc -l < "$work/error")" 1 && says "$work/error" "mine is skipped: $1" && says <(planned_status mine) "skipped: $1" &&
        equals 'epoll and fork' "$(planned_status epoll) $(planned_status fork)" 'ok ok' && nothing_left foreign
}
check 'skipped: one that is not there' skipped 'server ended by itself; ' './nosuchserver {port}'
check 'skipped: one that ends' skipped 'server ended by itself; no luck today' 'sh -c "echo no luck today; exit 3" {port}'
check 'skipped: one that listens elsewhere' skipped 'server does not listen on {port}' "$BUILD/servers/epoll # {port}"
check 'skipped: one that goes into the background' skipped 'server does not stay in the foreground' "sh -c '$BUILD/servers/epoll -p \$0 & exit 0' {port}"
check 'skipped: a daemon' skipped 'server does not stay in the foreground' "sh -c 'setsid $BUILD/servers/epoll -p \$0 & exit 0' {port}"
check 'skipped: no echo server' skipped 'server answers something else' 'python3 -m http.server --bind 127.0.0.1 {port}'
goes_on() { # COMMAND
    plans --server "$1" || { cat "$work/error" && return 1; }
    equals 'status' "$(planned_status mine)" ok && nothing_left foreign
}
check 'takes part: one that prints megabytes' goes_on "sh -c 'yes | head -c 20000000; exec $BUILD/servers/epoll -p \$0' {port}"
check 'takes part: one that ignores SIGTERM' goes_on "sh -c 'trap \"\" TERM; $BUILD/servers/epoll -p \$0; sleep 100' {port}"
check 'takes part: with a line that says so' says "$work/error" 'mine ignores SIGTERM; it is killed after each trial'
check 'takes part: a quiet one' goes_on "$BUILD/servers/epoll -p {port}"
check 'takes part: without a line' equals 'lines said' "$(wc -l < "$work/error")" 0
check 'takes part: in the questions that say so' equals 'models' "$(column "$results/planned/models.tsv" name | paste -sd ' ')" 'epoll fork mine'
check 'takes part: with MODELS, too' plans --models fork --server "$BUILD/servers/epoll -p {port}"
check 'takes part: beside those' equals 'models' "$(column "$results/planned/models.tsv" name | paste -sd ' ')" 'fork mine'

# Client hosts reach one address of this machine, which the command must name. Nothing is asked of the hosts yet.
hosts=(--client-hosts a --launch 'env {}' --server-address 127.0.0.2)
for_hosts() { # STATUS COMMAND
    plans "${hosts[@]}" --server "$2" || { cat "$work/error" && return 1; }
    says <(planned_status mine) "$1" && equals 'epoll and fork' "$(planned_status epoll) $(planned_status fork)" 'ok ok' && nothing_left foreign
}
check 'client hosts: one with {address} takes part' for_hosts ok "$BUILD/servers/epoll -a {address} -p {port}"
check 'client hosts: without a line' equals 'lines said' "$(wc -l < "$work/error")" 0
check 'client hosts: one without is left out' for_hosts 'skipped: its command has no {address}, so client hosts do not reach it' \
    "$BUILD/servers/epoll -p {port}"
check 'client hosts: with a line' says "$work/error" 'mine is skipped: its command has no {address}'
check 'client hosts: one that listens elsewhere is left out' for_hosts 'skipped: server accepts no connection on 127.0.0.2:' \
    "$BUILD/servers/epoll -p {port} # {address}"

# ---- those of the suite -------------------------------------------------------------------------------------------
# A server that cannot run here says what is missing; each other one serves, where it is told to and not elsewhere. Requests are larger than its
# buffer, and every byte comes back.
echoes() { # NAME
    local port pid
    exec 5< <(cd "$tree" && exec setsid "$BUILD/bench/measure/foreign" "$1" -a 127.0.0.2 2> "$work/error")
    pid=$!
    IFS=: read -r _ port <&5
    exec 5<&-
    within 10 "$build/clients/drive" -n 1 "127.0.0.2:$port" 2> "$work/error"
    "$build/clients/drive" --workers 1 -c 8 -k 5 -s 30000 -n 200 --timeout 10 "127.0.0.2:$port" > "$work/said" 2> "$work/error"
    "$build/clients/drive" -n 1 "127.0.0.1:$port" > "$work/elsewhere" 2>&1 && echo 'it listens on 127.0.0.1, too' && kill -- "-$pid" && return 1
    kill -- "-$pid"
    equals 'echoes' "$(awk '$1 == "echoes" { print $2 }' "$work/said")" 200 &&
        equals 'errors' "$(awk '/^errors_/ { n += $2 } END { print n + 0 }' "$work/said")" 0 && within 2 has_ended "$pid"
}
has_ended() { ! kill -0 "$1" 2> /dev/null; }
ours=("$repo"/servers/foreign/*.conf)
ours=("${ours[@]##*/}")
check 'those of the suite: planned' plans --models "epoll ${ours[*]%.conf}"
for name in "${ours[@]%.conf}"; do
    status=$(planned_status "$name")
    case $status in
        'skipped: '*' is not installed'* | 'skipped: tokio is tried in '*) skips "$name" "${status#skipped: }" ;;
        *)
            check "$name: serves" equals 'status' "$status" ok
            check "$name: every byte, and SIGTERM ends it" echoes "$name"
            check "$name: stops" nothing_left foreign
            ;;
    esac
done
rm -rf "$results/planned"

# ---- a run with mutants -------------------------------------------------------------------------------------------
list=()
for name in drops_bytes answers_before_reading echoes_stale sleeps_at_requests leaks_descriptors serves_from_a_daemon honest; do
    ln -s "$work/mutant" "$work/zz_$name"
    list+=("zz_$name=$work/zz_$name {port}")
done
servers "${list[@]}" "keeps=$BUILD/servers/fork -p {port} --mistake keep-connfd" "no_reap=$BUILD/servers/fork -p {port} --mistake no-reap" \
    "gone=sh -c 'exit 1' {port}" "same=$BUILD/servers/epoll -p {port}"
check 'mutants: the run goes on to its end' runs foreign RUN=mutants BUDGET=0 SERVERS="$work/servers"
check 'mutants: none is left running' nothing_left foreign
run=$results/mutants
codes() { value "$run/doubts.tsv" reasons "model=$1" | tr ';' '\n' | sort | uniq -c | awk '{ printf "%s%s %d", n++ ? ", " : "", $2, $1 }'; } # MODEL
is_named() { # MODEL CODE: in a trial, or when it was tried
    local status
    status=$(value "$run/models.tsv" status "name=$1" | sort -u)
    [[ $status = skipped:* ]] || says <(codes "$1") "$2"
}
check 'mutant: zz_drops_bytes is named' is_named zz_drops_bytes wrong-bytes
check 'mutant: zz_echoes_stale is named' is_named zz_echoes_stale wrong-bytes
check 'mutant: zz_answers_before_reading is named' is_named zz_answers_before_reading wrong-bytes
check 'mutant: zz_sleeps_at_requests is named' is_named zz_sleeps_at_requests stalls
check 'mutant: zz_leaks_descriptors is named' is_named zz_leaks_descriptors descriptors-leaked
blameless() { # MODEL
    equals "what is said of $1" "$(value "$run/doubts.tsv" reasons "model=$1" | tr ';' '\n' | grep -E 'wrong-|errors|fault|descriptors-leaked|not-reaped' | sort -u)" '' &&
        equals "trials of $1" "$(value "$run/trials.tsv" status "model=$1" status=ok | wc -l)" "$(value "$run/trials.tsv" status "model=$1" | wc -l)"
}
counted_or_named() { # MODEL CODE: a control group counts the work of a daemon
    if [ "$(value "$run/trials.tsv" control_group "model=$1" | sort -u)" = 1 ]; then blameless "$1"; else is_named "$1" "$2"; fi
}
check 'mutant: zz_serves_from_a_daemon is counted by its control group, or named' counted_or_named zz_serves_from_a_daemon wrong-process
check 'mutant: keep-connfd is named' is_named keeps descriptors-leaked
check 'mutant: no-reap is named' is_named no_reap not-reaped
check 'mutant: one that is gone is skipped' says <(value "$run/models.tsv" status name=gone) 'skipped: server ended by itself'
check 'mutant: the report says so' says <(jq -r '.models[] | select(.name == "gone").status' "$run/report.json") 'skipped: server ended by itself'

for name in zz_honest same epoll fork; do check "honest: nothing is said against $name" blameless "$name"; done

# ---- what it costs ------------------------------------------------------------------------------------------------
costs_the_same() { # QUESTION METRIC
    local ratio
    ratio=$(value "$run/summary.tsv" ratio "experiment=$1" model=same "metric=$2")
    awk -v ratio="$ratio" 'BEGIN { exit !(ratio > 0.8 && ratio < 1.25) }' || { echo "epoll through this door costs $ratio times epoll" && return 1; }
}
check 'the same server: per connection' costs_the_same brief server_cpu_us_per_connection
check 'the same server: per echo' costs_the_same lasting server_cpu_us_per_echo
check 'the page: it is marked as foreign' equals 'group' "$(jq -r '.models[] | select(.name == "same").group' "$run/report.json" | sort -u)" Foreign

# ---- the page section ----------------------------------------------------------------------------------------------
yours() { jq -r ".yours[] | select(.name == \"$1\") | $2" "$run/report.json" | sed "s/\xc2\xa0/ /g"; } # SERVER FILTER
check 'your servers: the command' equals 'command' "$(yours same .command)" "$BUILD/servers/epoll -p {port}"
check 'your servers: something on each question' equals 'questions' "$(yours same '.findings[] | select(.text != null or .reason != "").question' | paste -sd ' ')" 'brief lasting'
check 'your servers: what was found' says <(yours keeps '.findings[].reason') 'kept descriptors open that it no longer needed'
check 'your servers: one that took no part' says <(yours gone .status) 'server ended by itself'
check 'your servers: on the page' says "$run/report.html" '<h2>Your servers</h2>'
check 'your servers: in Markdown' says "$run/report.md" 'Your servers'

# ---- the run again ------------------------------------------------------------------------------------------------
check 'frozen: the commands are part of the run' says "$run/foreign/same.conf" "$BUILD/servers/epoll -p {port}"
rm "$work/servers"
check 'it continues without the file' runs foreign RUN=mutants BUDGET=0.01
check 'verify' env -C "$tree" RESULTS="$results" "$tree/bench/report/verify.sh" "$run"
sed -i 's/epoll/poll/' "$run/foreign/same.conf"
finds_it() { ! env -C "$tree" "$tree/bench/report/verify.sh" "$run" > "$work/said" 2>&1 && says "$work/said" 'foreign/same.conf: not what the run was planned with'; }
check 'verify: a changed command is found' finds_it
refuses 'the servers of a planned run cannot change' 2 'is already planned' env RESULTS="$results" RUN=mutants SERVER='./mine {port}' "$tree/bench/run.sh"
verdict
