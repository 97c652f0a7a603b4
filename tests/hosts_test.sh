#!/bin/bash -p
# hosts_test.sh: several client hosts drive a server exactly as one would, and one that is lost is named: nothing hangs, nothing
# stays behind, and the run goes on or can be continued.
#
# Needs a built build/.
# Runs in turn: it waits most of the time, for hosts that are silent.
# shellcheck source=tests/core/hosts.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/hosts.sh"
cd "$repo" || exit 1

# ---- together -----------------------------------------------------------------------------------------------------
# What each agent says is kept, and added up here by another program.
cat > "$work/listen_in" << 'END'
#!/bin/bash
"${@:2}" | tee "$1"
END
chmod +x "$work/listen_in"
slots='function add(line, into,   f, n, i, at, pair, count) { # a raw histogram
        n = split(line, f, " ")
        into["count"] += f[2]
        if (!("min" in into) || f[3] < into["min"]) into["min"] = f[3]
        if (f[4] > into["max"] + 0) into["max"] = f[4]
        for (i = 5; i <= n; i++) {
            count = split(f[i], pair, ":") > 1 ? pair[2] : 1
            at += pair[1]
            into[at] += count
        }
    }'
adds_up() { # OPTION...: the report and the merged histogram are the sums of what the hosts said
    local launch="$work/listen_in $work/said_{} $launch" name is should_be
    drives "$@" --raw "$work/merged" > "$work/report" || return 1
    for name in echoes echoes_total connections_total connections_served; do
        is=$(awk -v name="$name" '$1 == name { print $2 }' "$work/report")
        should_be=$(grep -h ^outcome "$work"/said_? | grep -o " $name=[0-9]*" | awk -F = '{ sum += $2 } END { print sum }')
        equals "$name" "$is" "$should_be" || return 1
    done
    is=$(awk "$slots"' { add($0, sum) } END { for (k in sum) print k, sum[k] }' "$work/merged" | sort)
    should_be=$(awk "$slots"' FNR == 1 { begun = -9 } /^outcome/ { begun = FNR } FNR == begun + 3 { add($0, sum) } END { for (k in sum) print k, sum[k] }' \
        "$work"/said_? | sort)
    [ "$(wc -l <<< "$is")" -gt 20 ] && equals 'the histogram' "$is" "$should_be"
}
figure() { awk -v name="$1" '$1 == name { print $2 }' "$work/report"; }
all_served() { # what the server has counted; it is no child of the subshell of a check, which cannot wait for it
    kill "$server" && within 5 grep -q ' counted ' "$work/server"
    equals 'requests counted by the server' "$(sed -n 's/.* counted //p' "$work/server")" "$1"
}
serve epoll --state plain
check 'a number of requests: merged is the sum' adds_up -c 7 -k 3 -n 2000
check 'a number of requests: exactly as many' equals echoes "$(figure echoes)" 2000
check 'a number of requests: hosts' equals hosts "$(figure hosts)" 3
check 'a number of requests: the server has had as many' all_served 2000
serve epoll
check 'an open loop: merged is the sum' adds_up -c 9 -w 2 -r 3000 -d 0.4 --warmup 0.05
check 'an open loop: at the whole rate' equals 'the rate' "$(figure offered_per_s)" 3000.000
check 'an open loop: workers of all hosts' equals workers "$(figure workers)" 6
check 'an open loop: start skew is known' test "$(figure start_skew_us | cut -d . -f 1)" -gt 0
fewer() { drives -c 2 -n 100 > "$work/report" && equals hosts "$(figure hosts)" 2; }
check 'fewer connections than hosts: the first ones' fewer
check 'nothing is left' none_left

# ---- bad input ----------------------------------------------------------------------------------------------------
refused() { # STATUS TEXT OPTION...
    refuses "bad input: ${*:3}" "$1" "$2" "$drive" "${@:3}" "$address:$port"
}
refused 2 'named twice' --hosts 'a b a' --launch "$launch"
refused 2 "not the name of a host: 'a;b'" --hosts 'a;b' --launch "$launch"
refused 2 'names no host' --hosts ' ' --launch "$launch"
refused 2 "LAUNCH must have {}" --hosts 'a b' --launch false
refused 2 'WORKERS must be at most' --hosts 'a b c' --launch "$launch" -w 3 -c 8
refused 1 'client host a has no agent that starts (ended with status 1)' --hosts 'a b c' --launch 'false {}'
refused 1 'client host a has no agent that starts (ended with status 127' --hosts 'a b c' --launch "$work/nosuch {}"
refused 1 "client host a says 'a $BUILD/clients/agent' instead of hello" --hosts 'a b' --launch 'echo {}'
cat > "$work/other_build" << 'END'
#!/bin/bash
"$@" | sed -u '1s/^hello 1 ................/hello 1 0123456789abcdef/'
END
chmod +x "$work/other_build"
refused 1 "client host a has another build; to copy it: make deploy-clients CLIENT_HOSTS='a' LAUNCH='$work/other_build" --hosts 'a b' \
    --launch "$work/other_build env HOST={}"
printf '#!/bin/sh\necho "%s" >&2\nexit 255\n' 'user@a: Permission denied (publickey).' > "$work/no_key"
chmod +x "$work/no_key"
refused 1 'client host a has no agent that starts (ended with status 255: user@a: Permission denied (publickey).)' --hosts a --launch "$work/no_key {}"
cat > "$work/no_agent" << 'END'
#!/bin/sh
echo "slurmstepd: error: execve(): build/clients/agent: No such file or directory
srun: error: a: task 0: Exited with exit code 2" >&2
exit 2
END
chmod +x "$work/no_agent"
refused 1 "(ended with status 2: slurmstepd: error: execve(): build/clients/agent: No such file or directory); to copy it: make deploy-clients CLIENT_HOSTS='a'" \
    --hosts a --launch "$work/no_agent {}"
if command -v ssh > "$work/output"; then
    refused 1 'client host nosuch.invalid has no agent that starts (ended with status 255: ssh: Could not resolve hostname' --hosts nosuch.invalid
else
    skips 'bad input: an unknown host' 'no ssh here'
fi
by_hand() { script -qec "$build/clients/agent" /dev/null < /dev/null > "$work/output" 2>&1; grep -q 'not by hand' "$work/output" && equals lines "$(wc -l < "$work/output")" 1; }
if command -v script > "$work/output"; then check 'bad input: an agent run by hand says so' by_hand; else skips 'an agent run by hand' 'no script(1) here'; fi
check 'nothing is left' none_left

# ---- a launcher like srun ---------------------------------------------------------------------------------------------
# It says something first, takes a node, and gives it back when the agent has ended or when it is asked to, but not if it is killed.
cat > "$work/like_srun" << 'END'
#!/bin/bash
touch "$1"
trap 'rm "$1"; exit' TERM
echo 'srun: job 5 queued and waiting for resources' >&2
sleep 0.2
"${@:3}" <&0 &
wait $!
"$2" # what else it waits for
sleep 0.2
rm "$1"
END
printf '#!/bin/sh\nexec sleep 60\n' > "$work/stay"
chmod +x "$work/like_srun" "$work/stay"
given_back() { within 3 test ! -e "$work/node_a" -a ! -e "$work/node_b" -a ! -e "$work/node_c"; }
by_srun() { # WAITS_FOR COMMAND...
    local launch="$work/like_srun $work/node_{} $1 $launch"
    "${@:2}" && given_back && none_left
}
check 'a launcher gives back what it has when the front end ends' by_srun true drives -c 3 -n 30
check 'a launcher that waits is asked to end' by_srun "$work/stay" drives -c 3 -n 30

# ---- copying the agent ----------------------------------------------------------------------------------------------
deployed() {
    mkdir "$work/home" && "$drive" --deploy --hosts 'a b' --launch "env --chdir=$work/home HOST={}" > "$work/output" 2>&1 &&
        cmp "$build/clients/agent" "$work/home/$BUILD/clients/agent" && test -x "$work/home/$BUILD/clients/agent"
}
check 'the agent is copied' deployed

# ---- lost hosts -------------------------------------------------------------------------------------------------------
# Something happens to host b in the window, which is long enough to find its processes. Every such test ends soon, by one line with
# its name, and leaves nothing.
working() { trial_of b > "$work/output" && [ "$(of_host b | wc -l)" -ge 2 ]; }
loses() { # TEXT SECONDS WINDOW_S COMMAND...: it happens
    local text=$1 limit=$2 begun_s
    drives -c 9 -r 400 -d "$3" > "$work/report" 2> "$work/error" &
    local front=$!
    within 10 working && sleep 0.2
    begun_s=$SECONDS
    "${@:4}" || return 1
    wait $front
    equals status $? 1 && says "$work/error" "$text" && equals lines "$(wc -l < "$work/error")" 1 || return 1
    [ $((SECONDS - begun_s)) -le $((limit * slow)) ] || { echo "after $((SECONDS - begun_s)) s" && return 1; }
    none_left
}
signal() { kill "-$1" "$($2 b)" 2> "$work/output"; } # SIGNAL agent|trial_of
silent_front() { # its channel stays open, and that is all
    exec 5> >(exec "$build/clients/agent" > "$work/hello" 2> "$work/silence")
    local pid=$!
    within 7 test ! -e "/proc/$pid"
    local status=$?
    exec 5>&-
    [ $status -eq 0 ] && says "$work/silence" 'the front end has said nothing for 5 s'
}
silent_front > "$work/silent" 2>&1 & # meanwhile
silent=$!
check 'an agent is killed' loses 'client host b has closed its channel (ended by signal 9)' 2 5 signal KILL agent
check 'an agent is stopped' loses 'client host b has said nothing for 5 s' 9 3 signal STOP agent
check 'the process of a trial is killed' loses 'client host b failed: ended by signal 9' 2 5 signal KILL trial_of
check 'the process of a trial is stopped' loses 'client host b takes too long' 15 6 signal STOP trial_of
cut_link() { ip link set to_b down; }
with_links 'a link is cut' loses 'client host b does not reach the server any more' 13 6 cut_link
[ $has_links = no ] || ip link set to_b up
cat > "$work/garble" << 'END'
#!/bin/bash
"${@:2}" | if [ "${1##*/}" = b ]; then sed -u "/^started/s/.*/&\nwell?/"; else cat; fi
END
chmod +x "$work/garble"
garbled() { local launch="$work/garble $work/{} $launch"; loses "client host b says 'well?' out of turn" 2 1 true; }
check 'a host says something else' garbled
front_is_killed() {
    drives -c 9 -r 400 -d 5 > "$work/report" 2>&1 &
    local shell=$! front
    within 10 working && front=$(cat "/proc/$shell/task/$shell/children") && kill -KILL "${front%% *}" || return 1
    within 2 no_host || none_left
}
check 'the front end is killed: no agent stays' by_srun true front_is_killed 2> "$work/output"
wait $silent
silent=$?
silent_front_ended() { [ $silent -eq 0 ] || { cat "$work/silent" && return 1; }; }
check 'the front end is silent: the agent ends' silent_front_ended
kill "$server" && wait "$server"

# ---- a run --------------------------------------------------------------------------------------------------------------
tree hosts
trials=$results/hosts/trials.tsv
knobs=(RUN=hosts EXPERIMENTS=churn MODELS=epoll "CLIENT_HOSTS=a b c" "LAUNCH=$launch" "SERVER_ADDRESS=$address")
bad_run() { # TEXT KNOB=VALUE...
    refuses "bad input: ${*:2}" 2 "$1" env RESULTS="$results" BUDGET=0 "${knobs[@]}" "${@:2}" "$work/hosts/bench/run.sh"
}
bad_run 'is not an address of this machine' SERVER_ADDRESS=192.0.2.99
bad_run "must be a numeric IPv4 address, not 'localhost'" SERVER_ADDRESS=localhost
bad_run 'SERVER_ADDRESS is missing' SERVER_ADDRESS=
bad_run 'which names no host' CLIENT_HOSTS=
bad_run 'named twice' CLIENT_HOSTS='a a'
refuses 'bad input: no agent' 1 'client host a has no agent' env RESULTS="$results" BUDGET=0 "${knobs[@]}" LAUNCH='false {}' "$work/hosts/bench/run.sh"

statuses() { column "$trials" status | sort | uniq -c | sort -rn | sed 's/^ *//'; }
is_lost() { statuses | grep -q "$1"; } # TEXT
printf '%s\n' 'python=/usr/bin/python3 servers/foreign/python_thread.py {port} {address}' "here=$BUILD/servers/epoll -p {port}" > "$work/servers"
kill_once() { # beside a server of the user's own, and one that they would not reach
    begin hosts BUDGET=0.15 "${knobs[@]}" MODELS='epoll python here' SERVERS="$work/servers"
    within 20 has_rows "$trials" 2 && within 5 signal KILL agent || return 1
    equals 'its status' "$(status hosts)" 0 && within 1 is_lost 'client host b has closed its channel (ended by signal 9)' &&
        equals 'trials that are not ok' "$(statuses | grep -cv ' ok$')" 1
}
check 'a run: an agent is killed, the trial names it, and it is started again' kill_once
check 'a run: says where servers listen' says "$work/hosts.log" "clients on a b c; servers listen on $address"
check 'a run: three hosts' equals 'hosts of a trial' "$(value "$trials" client_hosts status=ok | sort -u)" 3
check 'a run: three hosts drive a foreign server' equals 'hosts of a trial' "$(value "$trials" client_hosts status=ok model=python | sort -u)" 3
check 'a run: its sockets are its own' equals 'foreign sockets' "$(value "$trials" foreign status=ok model=python | sort -u)" 0
check 'a run: a foreign server without {address} is left out' equals 'its status' "$(value "$results/hosts/models.tsv" status name=here)" \
    'skipped: its command has no {address}, so client hosts do not reach it'
check 'a run: its host has used CPU' test "$(value "$trials" host_cpu_us status=ok | awk '{ sum += $1 } END { print (sum > 0) }')" = 1
check 'a run: which is not taken for that of the server alone' equals 'host_cpu_us_per_echo' "$(value "$trials" host_cpu_us_per_echo status=ok | sort -u)" -
check 'a run: hosts in its environment' equals hosts "$(jq -r '.client_hosts | length' "$results/hosts/environment.json")" 3
check 'a run: hosts in its report' reports "$results/hosts" '3 client hosts on the same machine' '.machine.short | split(", ") | last'
check 'a run: verified' "$repo/bench/report/verify.sh" "$results/hosts"
check 'a run: nothing is left' none_left
killed_run() { # by a signal that no process can handle
    begin hosts BUDGET=5 "${knobs[@]}" RUN=killed MODELS='epoll fork'
    within 20 has_rows "$results/killed/trials.tsv" 1 && kill -KILL "$(inhabitant hosts "^$BUILD/bench/measure/trial")" || return 1
    [ "$(status hosts)" != 0 ] && none_left && nothing_left hosts
}
check 'a run is killed: no agent stays' killed_run
lost_twice() {
    local trials=$results/cut/trials.tsv
    begin hosts BUDGET=5 "${knobs[@]}" RUN=cut MODELS='epoll fork'
    within 20 has_rows "$trials" 2 && ip link set to_b down || return 1
    equals 'its status' "$(status hosts)" 1 && none_left &&
        says <(tail -n 1 "$work/hosts.log") 'client host b does not reach the server any more, for the second time: the rows so far are kept; to continue: make bench RUN=cut' &&
        equals 'lost rows' "$(tail -n 2 "$trials" | grep -c 'client host b does not reach')" 2 && ip link set to_b up
}
goes_on() {
    local trials=$results/cut/trials.tsv before
    before=$(rows "$trials")
    runs hosts "${knobs[@]}" RUN=cut MODELS='epoll fork' BUDGET=0.27 && [ "$(rows "$trials")" -gt "$before" ] && in_order "$trials" && none_left &&
        equals 'lost rows' "$(grep -c 'client host b ' "$trials")" 2
}
with_links 'a run: a host that is lost again ends it' lost_twice
with_links 'a run: and it goes on, with the same settings' goes_on
bad_run "is already planned: LAUNCH cannot change from '$launch' to 'ssh {}'" MODELS= LAUNCH='ssh {}'
verdict
