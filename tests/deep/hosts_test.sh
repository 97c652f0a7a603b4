#!/bin/bash -p
# hosts_test.sh: client hosts at length: something happens to one of them at random moments, links that delay and lose, a real
# sshd, and what waiting costs.
#
# Needs a built build/.
# Runs in turn: it waits most of the time.
# shellcheck source=tests/core/hosts.sh
. "$(dirname "${BASH_SOURCE[0]}")/../core/hosts.sh"
cd "$repo" || exit 1
RANDOM=${SEED:-$$}
echo "random moments of seed ${SEED:-$$}"

# ---- at random moments ------------------------------------------------------------------------------------------------
cat > "$work/garble" << 'END'
#!/bin/bash
if [ "${1##*/}" != b ]; then exec "${@:3}"; fi
"${@:3}" <&0 &
sleep "$2"
echo 'well?'
wait
END
chmod +x "$work/garble"
# What happens: the drive ends by itself or says in one line that b is lost; in time, and nobody stays.
happens() { # KIND
    local kind=$1 front begun_ms ms status launch=$launch moment
    moment=$(printf '0.%03d' $((RANDOM % 900)))
    [ "$kind" != garbage ] || launch="$work/garble $work/{} $moment $launch"
    drives -c 9 -k $((RANDOM % 2 * 5)) -r 600 -d 0.5 --warmup 0.1 > "$work/report" 2> "$work/error" &
    front=$!
    sleep "$moment"
    case $kind in
        kill) kill -KILL "$(agent b)" ;;
        stop) kill -STOP "$(agent b)" ;;
        'kill the trial') kill -KILL "$(trial_of b)" ;;
        'cut the link') ip link set to_b down ;;
    esac 2> "$work/late"
    begun_ms=$((${EPOCHREALTIME/[.,]/} / 1000))
    wait $front
    status=$?
    ms=$((${EPOCHREALTIME/[.,]/} / 1000 - begun_ms))
    [ $has_links = no ] || ip link set to_b up
    [ $ms -lt $((10000 * slow)) ] || { echo "at $moment s: took $ms ms" && return 1; }
    if [ $status -ne 0 ]; then
        says "$work/error" 'client host b ' && equals "lines (at $moment s: $(cat "$work/error"))" "$(wc -l < "$work/error")" 1 || return 1
        sed 's/^drive: client host b //' "$work/error" >> "$work/said $kind"
        echo $ms >> "$work/waited $kind"
    else
        echo 'was over before' >> "$work/said $kind"
    fi
    none_left
}
ten_times() { # KIND
    local i
    for ((i = 0; i < 10; i++)); do happens "$1" || return 1; done
    grep -qv 'was over before' "$work/said $1"
}
thirty_times() { # KIND, in parts, so that no part is silent for long
    local part
    for part in 1 2 3; do check "at random moments: $1 ($part of 3)" ten_times "$1"; done
    echo "$1: waited at most $(sort -n "$work/waited $1" | tail -n 1) ms"
    sort "$work/said $1" | uniq -c | sort -rn
}
serve epoll
thirty_times kill
thirty_times stop
thirty_times 'kill the trial'
thirty_times garbage
if [ $has_links = yes ]; then thirty_times 'cut the link'; else skips 'at random moments: cut the link' "$no_links"; fi
kill "$server" && wait "$server"

# ---- a run that loses hosts --------------------------------------------------------------------------------------------
tree hosts
trials=$results/hosts/trials.tsv
knobs=(RUN=hosts EXPERIMENTS=churn MODELS='epoll fork' "CLIENT_HOSTS=a b c" "LAUNCH=$launch" "SERVER_ADDRESS=$address")
loses_often() {
    local losses=0 first=("${knobs[@]}") pid
    while [ $losses -lt 8 ]; do
        begin hosts BUDGET=0.5 "${first[@]}"
        while [ ! -s "$work/hosts.status" ]; do
            sleep "$((RANDOM % 3)).$((RANDOM % 10))"
            if has_rows "$trials" 1 && pid=$(agent b) && kill -KILL "$pid"; then losses=$((losses + 1)); fi
        done
        if [ "$(status hosts)" != 0 ] && ! grep -q 'client host b .*to continue: make bench RUN=hosts' "$work/hosts.log"; then
            tail -n 2 "$work/hosts.log"
            return 1
        fi
        none_left || return 1
        first=(RUN=hosts)
    done
}
check 'a run loses a host again and again' loses_often
check 'a run that lost hosts: goes on to its end' runs hosts RUN=hosts BUDGET=0.7
others_named() { equals 'another fault' "$(column "$trials" status | grep -vx ok | grep -v '^client host b ')" ''; }
check 'a run that lost hosts: each loss is named, and nothing else is wrong' others_named
check 'a run that lost hosts: some trials are not ok' test "$(column "$trials" status | grep -c 'client host b')" -gt 0
check 'a run that lost hosts: no trial twice' in_order "$trials"
check 'a run that lost hosts: no model is disproved' equals 'foreign processes' "$(column "$trials" foreign | grep -cvE '^(0|-)$')" 0
check 'a run that lost hosts: verified' "$repo/bench/report/verify.sh" "$results/hosts"

# ---- what waiting costs --------------------------------------------------------------------------------------------------
cpu_ns() { awk '{ sum += $1 } END { printf "%d\n", sum }' /proc/"$1"/task/*/schedstat; }
waits_cheaply() {
    local pid before used
    exec 5> >(exec "$build/clients/agent" > "$work/output" 2> "$work/error")
    pid=$!
    within 5 test -s "$work/output"
    before=$(cpu_ns $pid)
    for _ in {1..10}; do sleep 0.5 && echo alive >&5; done
    used=$(($(cpu_ns $pid) - before))
    exec 5>&-
    echo "waiting 5 s took $((used / 1000)) us of CPU"
    [ $used -lt 50000000 ]
}
if [ -r /proc/self/schedstat ]; then check 'waiting costs less than 1 % of a CPU' waits_cheaply; else skips 'what waiting costs' 'no schedstat'; fi

# ---- links that delay and lose -----------------------------------------------------------------------------------------
slow_link() { # DELAY_MS LOSS_PERCENT
    ip netns add d && ip -n d link set lo up || return 1
    if tc qdisc add dev lo root netem delay 0 2> /dev/null; then
        tc qdisc del dev lo root 2> /dev/null
        ip link add slow0 type veth peer name slow0 netns d && ip addr add 10.1.2.1 peer 10.1.2.2 dev slow0 &&
            ip -n d addr add 10.1.2.2 peer 10.1.2.1 dev slow0 && ip link set slow0 up && ip -n d link set slow0 up &&
            tc -n d qdisc add dev slow0 root netem delay "$1ms" loss "$2%"
    else
        /usr/bin/python3 "$repo/tests/core/slow_link.py" d "$1" "$2" &
        link=$!
        within 5 ping_d
    fi
}
ping_d() { ip -n d addr show dev slow0 2> /dev/null | grep -q 10.1.2.2; }
end_link() {
    [ -z "${link:-}" ] || { kill "$link" && wait "$link"; }
    ip netns del d
}
run_over() { # NAME DELAY_MS LOSS_PERCENT
    slow_link "$2" "$3" && runs hosts "${knobs[@]}" RUN="$1" MODELS=epoll CLIENT_HOSTS=d SERVER_ADDRESS=10.1.2.1 BUDGET=0.1
    local status=$?
    end_link
    return $status
}
median() { value "$results/$1/trials.tsv" "$2" status=ok | sort -n | awk '{ a[NR] = $1 } END { print int(a[int((NR + 1) / 2)]) }'; }
slower() { # a connection and an echo wait for the link at least twice
    run_over slower 1 0 && echo "median latency $(median slower latency_p50_us) us" && [ "$(median slower latency_p50_us)" -ge 2000 ]
}
lossy() { run_over lossy 0 1 && echo "retransmits $(median lossy retransmits)" && [ "$(median lossy retransmits)" -gt 0 ]; }
with_links 'a delay of 1 ms shows in the latency' slower
with_links 'a loss of 1 % shows in the retransmits' lossy

# ---- ssh ---------------------------------------------------------------------------------------------------------------
# In this test's own view of the file system, the home directory and the users are others.
sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
start_sshd() {
    local host home
    home=$(getent passwd "$(id -un)" | cut -d : -f 6)
    mkdir -p "$work/home/.ssh" /run/sshd && ssh-keygen -q -t ed25519 -N '' -f "$work/key" && ssh-keygen -q -t ed25519 -N '' -f "$work/host_key" || return 1
    cp "$work/key.pub" "$work/home/.ssh/authorized_keys" && chmod -R go= "$work/home" || return 1
    { grep -v ^sshd: /etc/passwd && echo 'sshd:x:65533:65533::/run/sshd:/bin/false'; } > "$work/passwd"
    sed 's/^root:[^:]*:/root:*:/' /etc/shadow > "$work/shadow"
    mount --bind "$work/passwd" /etc/passwd && mount --bind "$work/shadow" /etc/shadow && mount --bind "$work/home" "$home" || return 1
    printf '%s\n' "HostKey $work/host_key" 'UsePAM no' 'PasswordAuthentication no' 'PidFile none' 'StrictModes no' > "$work/sshd_config"
    for host in a b c; do
        ip netns exec $host "$sshd" -D -f "$work/sshd_config" -E "$work/sshd_log" &
        sshds+=" $!"
    done
    sleep 1
}
sshds=''
by_ssh() { # OPTION...
    (cd "$repo" && exec "$drive" --hosts '10.1.1.2 10.1.1.3 10.1.1.4' --launch "$ssh {}" "$@")
}
copied_by_ssh() { by_ssh --deploy > "$work/output" 2> "$work/error" && cmp "$build/clients/agent" "$work/home/$BUILD/clients/agent"; }
driven_by_ssh() {
    by_ssh -c 9 -k 2 -n 3000 "$address:$port" > "$work/report" 2> "$work/error" || { cat "$work/error" && return 1; }
    equals echoes "$(awk '$1 == "echoes" { print $2 }' "$work/report")" 3000
}
no_agent_by_ssh() { ! ip netns pids b | sed 's|.*|/proc/&/comm|' | xargs -r cat 2> /dev/null | grep -qx agent; }
cut_by_ssh() {
    by_ssh -c 9 -r 400 -d 3 "$address:$port" > "$work/report" 2> "$work/error" &
    local front=$! begun=$SECONDS
    sleep 1.5
    ip link set to_b down
    wait $front
    equals status $? 1 && says "$work/error" 'client host 10.1.1.3 ' && equals lines "$(wc -l < "$work/error")" 1 || return 1
    cat "$work/error"
    [ $((SECONDS - begun)) -le 12 ] || { echo "took $((SECONDS - begun)) s" && return 1; }
    within 8 no_agent_by_ssh || { echo 'an agent stays' && return 1; }
    ip link set to_b up
}
if [ -z "$sshd" ] || ! command -v ssh > "$work/output"; then
    skips 'a real sshd' 'no ssh or sshd here'
elif [ $has_links = no ] || [ "$(id -u)" -ne 0 ] || ! start_sshd > "$work/output" 2>&1; then
    skips 'a real sshd' "cannot be started here: $(tail -n 1 "$work/output")"
else
    serve epoll
    ssh='ssh -F none -o BatchMode=yes -o ConnectTimeout=5 -o ServerAliveInterval=1 -o ServerAliveCountMax=3 -o StrictHostKeyChecking=no'
    ssh+=" -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -i $work/key"
    refuses 'ssh: no agent there' 1 "No such file or directory); to copy it: make deploy-clients CLIENT_HOSTS='10.1.1.2'" by_ssh "$address:$port"
    check 'ssh: the agent is copied' copied_by_ssh
    check 'ssh: three hosts drive' driven_by_ssh
    refuses 'ssh: no key' 1 'Permission denied (publickey' "$drive" --hosts 10.1.1.2 \
        --launch "${ssh% -i *} -o IdentityFile=none {}" "$address:$port"
    check 'ssh: a link is cut' cut_by_ssh
    check 'ssh: and it goes on' driven_by_ssh
    # shellcheck disable=SC2086  # several
    kill $sshds
    kill "$server" && wait "$server"
fi
verdict
