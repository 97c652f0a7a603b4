# shellcheck shell=bash disable=SC2154
# neighbours.sh: other activity: tracers, leftovers, disk space and the load. Sourced by doctor.sh.

tracers() {
    local list
    list=$({
        grep -Es '^TracerPid:[[:space:]]+[1-9]' "$machine"/proc/[0-9]*/status /dev/null | while IFS=: read -r file _ tracer; do
            echo "$(contents "${file%/*}/comm") is traced by ${tracer//[[:space:]]/}"
        done
        grep -Ehsx 'perf|strace|ltrace|bpftrace|trace-cmd|gdb|sysdig|valgrind.*' "$machine"/proc/[0-9]*/comm
    } | sort | uniq -c | awk '{ n = $1; $1 = ""; printf "%s%s%s", k++ ? "," : "", $0, (n > 1 ? " (" n ")" : "") }')
    if [ -n "$list" ]; then
        found warning tracing "${list# }" 'tracing stops a process at every system call, and perf costs interrupts and memory' 'end it'
    else
        found ok tracing none 'no visible process traces another'
    fi
}

results_disk() {
    local place=${RESULTS:-$root/results} free
    case $place in /*) ;; *) place=$root/$place ;; esac
    while [ ! -e "$place" ]; do place=$(dirname "$place"); done
    free=$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    if [ ! -w "$place" ]; then
        found bad 'disk for results' 'not writable' 'a run cannot be stored' 'set RESULTS to a writable folder'
    elif is_number "$free"; then
        found "$(level_below "$free" 1024 100)" 'disk for results' "$free MiB free" \
            'a run needs about 10 MiB, and a full disk ends it' \
            'free some space, or set RESULTS to another folder'
    else
        unknown 'disk for results' 'look with df'
    fi
}

# Our objects have no key and are private to the user. A segment or queue without a living user is left over; a semaphore set does
# not record its users.
leftovers() {
    local list
    list=$({
        awk -v uid="$EUID" 'FNR > 1 && $1 == 0 && $3 % 1000 == 600 && $7 == 0 && $8 == uid { print "-m", $2, $5, $6 }' "$machine/proc/sysvipc/shm"
        awk -v uid="$EUID" 'FNR > 1 && $1 == 0 && $3 % 1000 == 600 && $8 == uid { print "-q", $2, $6, $7 }' "$machine/proc/sysvipc/msg"
        awk -v uid="$EUID" 'FNR > 1 && $1 == 0 && $3 % 1000 == 600 && $5 == uid { print "-s", $2, 0, 0 }' "$machine/proc/sysvipc/sem"
    } 2>/dev/null | while read -r kind id creator user; do
        [ -d "$machine/proc/$creator" ] || [ -d "$machine/proc/$user" ] || printf ' %s %s' "$kind" "$id"
    done)
    if [ ! -r "$machine/proc/sysvipc/shm" ]; then
        found ok 'System V IPC' 'not visible' 'not in this kernel, so nothing can be left over'
    elif [ -n "$list" ]; then
        found warning 'System V IPC' "$(($(wc -w <<< "$list") / 2)) left over" \
            "memory, queues or semaphores of a killed (or a current) run count against the system's limits" \
            "if nothing needs them: ipcrm$list"
    else
        found ok 'System V IPC' 'nothing left over' 'no private segment, queue or semaphore of this user'
    fi
}

load() {
    local one
    one=$(contents "$machine/proc/loadavg")
    one=${one%% *}
    if is_number "$one"; then
        found "$(level "$one" "$(awk -v n="$cores" 'BEGIN { print n * 0.2 }')" "$(awk -v n="$cores" 'BEGIN { print n * 0.7 }')")" 'load average' "$one" \
            'processes that wanted a CPU in the minute before the doctor started; they compete with the trials' 'wait until they have finished'
    else
        unknown 'load average' 'look with uptime'
    fi
}
