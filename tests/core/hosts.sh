#!/bin/bash -p
# hosts.sh: what the tests of client hosts share; they source it before anything else.
#
# Three client hosts a, b and c are network namespaces at a bridge. All of it lives in a network namespace of the test's own and
# is gone with its last process: nothing of the machine's network is touched. Where that is not allowed, the hosts are
# processes at the loopback address, and what needs links is skipped.
if [ -z "${OWN_NET:-}" ]; then
    if unshare --net --mount true 2> /dev/null; then OWN_NET=yes exec unshare --net --mount "$0" "$@"; fi
    OWN_NET=no
fi
export OWN_NET
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/line.sh"

lay_links() {
    local host number=2
    ip link set lo up && mkdir -p /run/netns && mount -t tmpfs none /run/netns && ip link add bridge type bridge &&
        ip addr add 10.1.1.1/24 dev bridge && ip link set bridge up || return 1
    for host in a b c; do
        ip netns add $host && ip link add "to_$host" type veth peer name eth0 netns $host &&
            ip link set "to_$host" master bridge up && ip -n $host link set lo up &&
            ip -n $host addr add "10.1.1.$number/24" dev eth0 && ip -n $host link set eth0 up || return 1
        number=$((number + 1))
    done
}
has_links=no no_links="unshare is not permitted"
if [ "$OWN_NET" = yes ] && no_links=$(lay_links 2>&1); then has_links=yes; fi
no_links="no network namespaces here ($no_links)"

# The mark in the environment tells the agents of this test and host from all others.
enter='env' address=127.0.0.1
if [ $has_links = yes ]; then enter='ip netns exec {}' address=10.1.1.1; fi
launch="env CLIENT_HOST=$work/{} $enter"
drive=$build/clients/drive

with_links() { # NAME COMMAND...: a check that needs links
    if [ $has_links = yes ]; then check "$@"; else skips "$1" "$no_links"; fi
}

of_host() { grep -lzx "CLIENT_HOST=$work/$1" /proc/[0-9]*/environ 2> /dev/null | cut -d / -f 3; } # HOST: its processes here

parent_of() { sed 's/.*) . \([0-9]*\) .*/\1/' "/proc/$1/stat" 2> /dev/null; } # PID

# The agent of a host, and the process in which it runs a trial.
agent() { # HOST
    local pid all
    all=$(of_host "$1")
    for pid in $all; do
        if [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = agent ] && ! grep -qx "$(parent_of "$pid")" <<< "$all"; then
            echo "$pid"
            return
        fi
    done
    return 1
}
trial_of() { # HOST
    local pid parent
    parent=$(agent "$1") || return 1
    for pid in $(of_host "$1"); do
        if [ "$(parent_of "$pid")" = "$parent" ]; then
            echo "$pid"
            return
        fi
    done
    return 1
}
no_host() { [ -z "$(of_host a)$(of_host b)$(of_host c)" ]; }
none_left() { within 6 no_host || { echo "left running: $(of_host a) $(of_host b) $(of_host c)" && return 1; }; }

serve() { # MODEL [OPTION...]: in the background; its port is $port, its process $server
    rm -f "$work/server" # of another one
    (cd "$repo" && exec "$build/servers/$1" -a "$address" "${@:2}") > "$work/server" 2> "$work/server-errors" &
    # shellcheck disable=SC2034  # for those who source this
    server=$!
    within 5 test -s "$work/server"
    port=$(sed -n '1s/.*://p' "$work/server")
}

drives() { (cd "$repo" && exec "$drive" --hosts 'a b c' --launch "$launch" "$@" "$address:$port"); } # OPTION...
