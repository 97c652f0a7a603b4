# shellcheck shell=bash disable=SC2154
# limits.sh: limits and the network. Sourced by doctor.sh.

most_connections() { # of the largest question
    awk '$1 == "connections" || ($1 == "vary" && $2 == "connections") { for (i = 2; i <= NF; i++) if ($i + 0 > most) most = $i + 0 }
        END { print most + 0 }' "$root"/bench/questions/experiments/*.conf 2>/dev/null
}

at_least() { # WHAT VALUE NEED WHY DO: bad below NEED, a warning below 1.5 times NEED
    case $2 in
        unlimited | max) found ok "$1" unlimited "$4" ;;
        *[!0-9]* | '') unknown "$1" "it should be $(($3 * 3 / 2)) or more" ;;
        *) found "$(level_below "$2" $(($3 * 3 / 2)) "$3")" "$1" "$2" "$4" "$5" ;;
    esac
}

limits() {
    local most group pids least=max
    most=$(most_connections)
    at_least 'open files' "$(limit hard 'Max open files')" "$((most + 100))" \
        "a server has a descriptor per connection, up to $most of them" 'as root: ulimit -Hn 20000, LimitNOFILE= or limits.conf'
    at_least processes "$(limit soft 'Max processes')" "$((most + 100))" \
        "some servers have a process or thread per connection, up to $most of them" 'ulimit -u, LimitNPROC= or limits.conf'
    at_least pid_max "$(sysctl_value kernel.pid_max)" "$((most + 1000))" \
        'process ids are reused, sooner if there are fewer' 'as root: sysctl -w kernel.pid_max=32768'
    at_least threads-max "$(sysctl_value kernel.threads-max)" "$((most + 1000))" \
        'processes and threads of the whole system' 'as root: sysctl -w kernel.threads-max=32768'
    while read -r group; do
        pids=$(contents "$group/pids.max")
        if is_number "$pids" && { [ "$least" = max ] || [ "$pids" -lt "$least" ]; }; then least=$pids; fi
    done < <(groups pids)
    at_least pids.max "$least" "$((most + 100))" 'processes and threads of this control group' 'docker: --pids-limit=-1; systemd: TasksMax=infinity'
}

# A rule of the firewall may track loopback, too. Then each short connection has an entry for minutes.
conntrack() {
    local used most
    used=$(sysctl_value net.netfilter.nf_conntrack_count) most=$(sysctl_value net.netfilter.nf_conntrack_max)
    if ! is_number "$used" || ! is_number "$most"; then
        found ok 'connection table' none 'no connection is tracked here'
    elif [ "$used" -eq 0 ]; then
        found ok 'connection table' "0 of $most" 'no connection is tracked now'
    else
        found "$(level_below "$most" 200000 $((used * 2)))" 'connection table' "$used of $most connections" \
            'each short connection has an entry for minutes if loopback is tracked; when the table is full, packets are dropped' \
            'let the firewall not track lo (notrack), or as root: sysctl -w net.netfilter.nf_conntrack_max=262144'
    fi
}

network() {
    local range first last waiting most reuse
    at_least somaxconn "$(sysctl_value net.core.somaxconn)" 256 \
        'limits the connections waiting for accept, and each client makes 128 at a time; more are dropped and retried a second later' 'as root: sysctl -w net.core.somaxconn=4096'
    range=$(sysctl_value net.ipv4.ip_local_port_range)
    read -r first last <<< "$range"
    if is_number "${first:-}" && is_number "${last:-}"; then
        found "$(level_below $((last - first + 1)) 20000 5000)" 'local ports' "$((last - first + 1))" \
            'each short connection holds one for some time; with few ports, connecting fails or slows down' 'as root: sysctl -w net.ipv4.ip_local_port_range="15000 60999"'
    else
        unknown 'local ports' 'see sysctl net.ipv4.ip_local_port_range'
    fi
    waiting=$(awk '$1 == "TCP:" { for (i = 2; i < NF; i++) if ($i == "tw") print $(i + 1) }' "$machine/proc/net/sockstat" 2>/dev/null)
    most=$(sysctl_value net.ipv4.tcp_max_tw_buckets)
    if is_number "$waiting" && is_number "$most"; then
        found "$(level "$waiting" $((most / 4)) $((most * 9 / 10)))" TIME_WAIT "$waiting of $most sockets" \
            'left by closed connections for a minute; when the table is full, sockets are closed without TIME_WAIT, and ports may run out' \
            'wait a minute, and find the program that connects so often'
    else
        unknown TIME_WAIT 'see ss -s'
    fi
    conntrack
    reuse=$(sysctl_value net.ipv4.tcp_tw_reuse)
    case $reuse in
        1 | 2) found ok tcp_tw_reuse "$reuse" 'over loopback a port in TIME_WAIT is reused after a second' ;;
        0) found warning tcp_tw_reuse 0 'a port in TIME_WAIT is unusable for a minute, and short connections run out of ports' \
            'as root: sysctl -w net.ipv4.tcp_tw_reuse=2' ;;
        *) unknown tcp_tw_reuse 'see sysctl net.ipv4.tcp_tw_reuse' ;;
    esac
}
