#!/bin/bash
# doctor.sh: what on this machine will hurt the numbers, and what to do about it. It changes nothing.
#
# One line per finding: "ok", "warning" or "bad", what, its value, why it matters; what to do. The gravest come last,
# and then a summary. Findings are no errors: the status is 0. Knobs are environment variables:
#   DOCTOR_SECONDS   how long it looks at the idle and then at the busy machine, each (default 5)
#   RESULTS          where runs are kept (default results)
#   MACHINE_ROOT     a folder to read instead of the machine (machine.sh)
set -uo pipefail
export LC_ALL=C # EPOCHREALTIME and awk write a point

if [ $# -gt 0 ] || [[ ! ${DOCTOR_SECONDS:=5} =~ ^[0-9]{1,2}([.][0-9]+)?$ ]]; then
    echo "usage: doctor.sh  (DOCTOR_SECONDS, below 100: how long each of two looks takes)" >&2
    exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=bench/machine.sh
. "$root/bench/machine.sh"
scratch=$(mktemp -d) || exit 1
spinners=()
finish() {
    if ((${#spinners[@]})); then kill "${spinners[@]}" 2>/dev/null; fi
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# ---- findings --------------------------------------------------------------------------------------------------
found() { # LEVEL WHAT VALUE WHY [DO]: what to do, unless all is ok
    local field line=$1
    local why=$4
    [ "$1" = ok ] || why+="; $5"
    # Names of processes are anybody's to choose: no control characters for the terminal.
    for field in "$2" "$3" "$why"; do line+=$'\t'${field//[[:cntrl:]]/ }; done
    echo "$line" >> "$scratch/findings"
}
unknown() { found warning "$1" 'not known' 'it cannot be read here' "$2"; } # WHAT DO

above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 > b + 0) }'; } # NUMBER NUMBER

level() { # NUMBER WARNING_ABOVE BAD_ABOVE
    if above "$1" "$3"; then echo bad; elif above "$1" "$2"; then echo warning; else echo ok; fi
}

level_below() { # NUMBER WARNING_BELOW BAD_BELOW
    if above "$3" "$1"; then echo bad; elif above "$2" "$1"; then echo warning; else echo ok; fi
}

is_number() { [[ $1 =~ ^[0-9]+([.][0-9]+)?$ ]]; }

# ---- processors --------------------------------------------------------------------------------------------------
allowed=$(awk '$1 == "Cpus_allowed_list:" { print $2 }' "$machine/proc/self/status" 2>/dev/null)
cores=$(cores_of "${allowed:-0}")
virtual=$(virtualization)

processors() {
    local state
    local value="$cores, processors $allowed"
    if [ -z "$allowed" ]; then
        unknown cores 'look with lscpu: client and server need a core each'
    elif [ "$cores" -lt 2 ]; then
        found bad cores "$value" 'client and server share the core, so that each is slowed by the other' \
            'give this machine, container or cpuset a second one'
    elif [ "$cores" -eq 2 ]; then
        found ok cores "$value" 'one for the server, one for the client, none for anything else: let nothing else run'
    else
        found ok cores "$value" 'the server and the client have one each, and others are left'
    fi

    state=$(contents "$cpus/smt/active")
    case $state in
        0) found ok SMT "off ($(contents "$cpus/smt/control"))" \
            'no two processors here share a core, as far as this system is told' ;;
        1) found warning SMT on 'a busy sibling takes up to half of a core' \
            'keep siblings idle, or as root: echo off > /sys/devices/system/cpu/smt/control' ;;
        *) unknown SMT 'look with lscpu whether threads share a core' ;;
    esac
}

frequency() {
    local governors boost
    governors=$(governors)
    case $governors in
        performance) found ok governor performance 'the frequency is not lowered between trials' ;;
        '')
            if [ -n "$virtual" ] && [ "$virtual" != none ]; then
                found ok governor "the host's" \
                    'a guest neither sees nor sets the frequency; ratios within blocks are what guards against it'
            else
                unknown governor 'look in the firmware for power saving'
            fi
            ;;
        *) found warning governor "$governors" 'the frequency follows the load, so that light load looks dear' \
            'as root: cpupower frequency-set -g performance' ;;
    esac
    boost=$(turbo)
    case $boost in
        on) found warning turbo on 'the frequency depends on heat and on how many cores are busy' \
            'as root: echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > /sys/devices/system/cpu/cpufreq/boost' ;;
        off) found ok turbo off 'the frequency does not depend on the other cores' ;;
    esac # a machine that shows neither has said so with its governor
}

virtual_machine() {
    case $virtual in
        none) found ok virtualization none 'no host takes the cores away' ;;
        '') unknown virtualization 'ask whoever gave you the machine' ;;
        *) found warning virtualization "$virtual" \
            'the host may take cores away (see stolen) and leaving the guest makes halts and interrupts dear' \
            'cite the ratios with this condition, or use a machine of your own' ;;
    esac
}

halts() {
    local driver
    driver=$(contents "$cpus/cpuidle/current_driver")
    if [ -w "$machine/dev/cpu_dma_latency" ]; then
        found ok halts 'can be held off' \
            "the trials open /dev/cpu_dma_latency, so that no processor has to be woken from deep sleep (${driver:-no} idle driver)"
    else
        found warning halts 'cannot be held off' \
            "waking a halted processor is added to each wait (${driver:-no} idle driver)" \
            'run as root, or let root make /dev/cpu_dma_latency writable for you'
    fi
}

quota() {
    local share group times throttled=0
    share=$(cpu_quota)
    while read -r group; do
        times=$(awk '$1 == "nr_throttled" { print $2 }' "$group/cpu.stat" 2>/dev/null)
        if above "${times:-0}" "$throttled"; then throttled=$times; fi
    done < <(groups cpu)
    case $share in
        none) found ok 'CPU quota' none 'no control group stops the processes for a part of each period' ;;
        '') unknown 'CPU quota' 'look for cpu.max in /sys/fs/cgroup' ;;
        *)
            found "$(if above 2 "$share"; then echo bad; else echo warning; fi)" 'CPU quota' "$share CPUs, throttled $throttled times" \
                'who has used up the quota stands still until the next period' \
                'take it off (docker: no --cpus; systemd: CPUQuota=), or give processors instead (cpuset)'
            ;;
    esac
}

clock() {
    local source
    source=$(clock_source)
    case $source in
        tsc | kvm-clock | arch_sys_counter | hyperv_clocksource_tsc_page) found ok 'clock source' "$source" \
            'the time is read without a system call' ;;
        '') unknown 'clock source' 'look with dmesg | grep clocksource' ;;
        hpet | acpi_pm) found bad 'clock source' "$source" 'reading the time takes a microsecond or more and a system call' \
            'see dmesg | grep clocksource for why tsc was dropped; try tsc=reliable clocksource=tsc at boot' ;;
        *) found warning 'clock source' "$source" 'not known to be read without a system call' \
            'try another: available_clocksource in /sys/devices/system/clocksource/clocksource0 names them' ;;
    esac
}

vulnerabilities() {
    local list
    list=$(mitigations)
    if [ -z "$list" ]; then
        unknown mitigations 'name the kernel and its parameters when you cite'
        return
    fi
    found ok mitigations "$(awk -F '\t' '{ n++ } $2 ~ /^Mitigation/ { m++ } $2 ~ /^Vulnerable/ { v++ } END { print m + 0 " on, " v + 0 " missing, of " n }' <<< "$list")" \
        "they make each system call dearer, so figures hold for these only: $(awk -F '\t' '
            $2 !~ /^Not affected/ { split($2, word, /[:;]/); printf "%s%s %s", n++ ? ", " : "", $1, word[1] == "Mitigation" ? "mitigated" : tolower(word[1]) }
            END { if (!n) printf "none applies" }' <<< "$list")"
}

power() {
    local supply heat=0 zone value throttled=0 file state=
    for supply in "$machine"/sys/class/power_supply/*; do
        if [ "$(contents "$supply/type")" = Battery ]; then
            state+="${state:+, }$(contents "$supply/status")"
        fi
    done
    case $state in
        *Discharging*) found bad power 'on battery' 'processors are slowed to save it' 'plug the charger in' ;;
        '') found ok power 'no battery' 'none that this system can see' ;;
        *) found ok power "battery: $state" 'it is not being used up' ;;
    esac

    for zone in "$machine"/sys/class/thermal/thermal_zone*/temp; do
        value=$(contents "$zone")
        if is_number "$value" && [ "$value" -gt "$heat" ]; then heat=$value; fi
    done
    for file in "$cpus"/cpu[0-9]*/thermal_throttle/core_throttle_count; do
        value=$(contents "$file")
        if is_number "$value"; then throttled=$((throttled + value)); fi
    done
    if [ "$throttled" -gt 0 ] || [ "$heat" -gt 85000 ]; then
        found warning heat "$((heat / 1000)) C, $throttled times throttled" 'hot processors are slowed' \
            'let the machine cool, clean it, and look whether the count still grows'
    elif [ "$heat" -gt 0 ]; then
        found ok heat "$((heat / 1000)) C" 'not hot, and not slowed for heat since it was started'
    else
        found ok heat 'no sensor' 'none that this system can see'
    fi
}

# ---- memory ----------------------------------------------------------------------------------------------------
memory() {
    local total free swapped available policy
    policy=$(huge_pages)
    case $policy in
        madvise | never) found ok 'huge pages' "$policy" 'memory is in huge pages only where a question asks for them' ;;
        always) found warning 'huge pages' always 'what fork copies depends on whether memory happens to be in huge pages' \
            'as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled' ;;
        *) unknown 'huge pages' 'the kernel may have none' ;;
    esac

    total=$(memory_bytes SwapTotal)
    free=$(memory_bytes SwapFree)
    swapped=$((${total:-0} - ${free:-0}))
    if [ -z "$total" ]; then
        unknown swap 'look with free'
    elif [ "$swapped" -gt 0 ]; then
        found warning swap "$((swapped >> 20)) of $((total >> 20)) MiB in use" \
            'a page that must come back from disk takes milliseconds' \
            'free memory, then as root: swapoff -a && swapon -a'
    else
        found ok swap 'none in use' 'nothing has to come back from disk'
    fi

    available=$(memory_bytes MemAvailable)
    if [ -z "$available" ]; then
        unknown memory 'look with free; the largest question touches 1 GiB'
    else
        found "$(level_below "$available" $((2 << 30)) $((1 << 29)))" memory "$((available >> 20)) MiB available" \
            'the largest question touches 1 GiB and forks; with little more, pages are reclaimed while it is timed' 'end what uses memory'
    fi
}

# ---- limits ----------------------------------------------------------------------------------------------------
most_connections() { # what the largest question has at the same time
    awk '$1 == "connections" || ($1 == "vary" && $2 == "connections") { for (i = 2; i <= NF; i++) if ($i + 0 > most) most = $i + 0 }
        END { print most + 0 }' "$root"/bench/experiments/*.conf 2>/dev/null
}

at_least() { # WHAT VALUE NEED WHY DO: bad below the need, a warning where little is to spare
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
        'numbers of processes are used again, sooner the fewer there are' 'as root: sysctl -w kernel.pid_max=32768'
    at_least threads-max "$(sysctl_value kernel.threads-max)" "$((most + 1000))" \
        'processes and threads of the whole system' 'as root: sysctl -w kernel.threads-max=32768'
    while read -r group; do
        pids=$(contents "$group/pids.max")
        if is_number "$pids" && { [ "$least" = max ] || [ "$pids" -lt "$least" ]; }; then least=$pids; fi
    done < <(groups pids)
    at_least pids.max "$least" "$((most + 100))" 'processes and threads of this control group' 'docker: --pids-limit=-1; systemd: TasksMax=infinity'
}

network() {
    local range first last waiting most reuse
    at_least somaxconn "$(sysctl_value net.core.somaxconn)" 256 \
        'how many connections may wait for accept, and each client makes 128 at a time; beyond, they are dropped and tried again a second later' 'as root: sysctl -w net.core.somaxconn=4096'
    range=$(sysctl_value net.ipv4.ip_local_port_range)
    read -r first last <<< "$range"
    if is_number "${first:-}" && is_number "${last:-}"; then
        found "$(level_below $((last - first + 1)) 20000 5000)" 'local ports' "$((last - first + 1))" \
            'each short connection takes one for a while; with few, connecting fails or slows' 'as root: sysctl -w net.ipv4.ip_local_port_range="15000 60999"'
    else
        unknown 'local ports' 'see sysctl net.ipv4.ip_local_port_range'
    fi
    waiting=$(awk '$1 == "TCP:" { for (i = 2; i < NF; i++) if ($i == "tw") print $(i + 1) }' "$machine/proc/net/sockstat" 2>/dev/null)
    most=$(sysctl_value net.ipv4.tcp_max_tw_buckets)
    if is_number "$waiting" && is_number "$most"; then
        found "$(level "$waiting" $((most / 4)) $((most * 9 / 10)))" TIME_WAIT "$waiting of $most sockets" \
            'left by closed connections for a minute; when the table is full, closing is another thing, and ports may run out' \
            'wait a minute, and see who connects so often'
    else
        unknown TIME_WAIT 'see ss -s'
    fi
    reuse=$(sysctl_value net.ipv4.tcp_tw_reuse)
    case $reuse in
        1 | 2) found ok tcp_tw_reuse "$reuse" 'over loopback a port in TIME_WAIT is used again after a second' ;;
        0) found warning tcp_tw_reuse 0 'a port in TIME_WAIT is lost for a minute, and short connections run out of them' \
            'as root: sysctl -w net.ipv4.tcp_tw_reuse=2' ;;
        *) unknown tcp_tw_reuse 'see sysctl net.ipv4.tcp_tw_reuse' ;;
    esac
}

# ---- the kernel and the build -----------------------------------------------------------------------------------
programs() {
    local flags said status
    flags=$(contents "$root/build/flags")
    case " $flags " in
        '  ') found ok build 'none yet' 'make bench builds what it measures' ;;
        *' -fsanitize='*) found bad build "$(grep -oE -- '-fsanitize=[a-z]+' <<< "$flags" | head -n 1)" \
            'a sanitizer makes programs several times slower, not all alike' \
            'make bench without SAN builds anew' ;;
        *' -O2 '* | *' -O3 '*) found ok build "${flags%% *} $(grep -oE -- '-O[23]' <<< "$flags" | tail -n 1)" \
            'optimized, no sanitizer' ;;
        *) found bad build "$(grep -oE -- '-O[^ ]*' <<< "$flags" | tail -n 1 | grep . || echo 'no -O')" \
            'not optimized: what the models share looks dearer and ratios shrink' \
            'make bench without OPT builds anew' ;;
    esac

    if [ ! -x "$root/build/servers/io_uring" ]; then
        found ok io_uring 'not built yet' 'once it is built (make), its server says whether this kernel can'
    else
        said=$("$root/build/servers/io_uring" --describe 2>&1)
        status=$?
        case $status in
            0) found ok io_uring 'can be used' 'the kernel is new enough and allows it' ;;
            *) found warning io_uring 'cannot be used' "$(head -n 1 <<< "$said")" \
                "its models are left out: a newer kernel, sysctl kernel.io_uring_disabled=0, or a container that allows its calls" ;;
        esac
    fi
}

layout() {
    local random personality
    random=$(sysctl_value kernel.randomize_va_space)
    personality=$(contents "$machine/proc/self/personality")
    if [ -z "$random" ]; then
        unknown ASLR 'see sysctl kernel.randomize_va_space'
    elif [ "$random" = 0 ] || ((16#${personality:-0} & 0x40000)); then
        found warning ASLR off \
            'each start has the same layout of memory, so that its luck is in every trial and in no interval' \
            'no setarch -R, and as root: sysctl -w kernel.randomize_va_space=2'
    else
        found ok ASLR "on ($random)" 'the layout of memory differs from start to start, and its luck shows in the intervals'
    fi
}

# ---- what else is here -------------------------------------------------------------------------------------------
tracers() {
    local list
    list=$({
        grep -Es '^TracerPid:[[:space:]]+[1-9]' "$machine"/proc/[0-9]*/status /dev/null | while IFS=: read -r file _ tracer; do
            echo "$(contents "${file%/*}/comm") is traced by ${tracer//[[:space:]]/}"
        done
        grep -Ehsx 'perf|strace|ltrace|bpftrace|trace-cmd|gdb|sysdig|valgrind.*' "$machine"/proc/[0-9]*/comm
    } | sort | uniq -c | awk '{ n = $1; $1 = ""; printf "%s%s%s", k++ ? "," : "", $0, (n > 1 ? " (" n ")" : "") }')
    if [ -n "$list" ]; then
        found warning tracing "${list# }" 'who is traced stops at calls, and perf takes interrupts and memory' 'end it'
    else
        found ok tracing 'nobody' 'no process that can be seen here traces another'
    fi
}

results_disk() {
    local place=${RESULTS:-$root/results} free
    case $place in /*) ;; *) place=$root/$place ;; esac
    while [ ! -e "$place" ]; do place=$(dirname "$place"); done
    free=$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    if [ ! -w "$place" ]; then
        found bad 'disk for results' 'cannot be written' 'a run has nowhere to go' 'give RESULTS=folder'
    elif is_number "$free"; then
        found "$(level_below "$free" 1024 100)" 'disk for results' "$free MiB free" \
            'a run needs some 10 MiB, and a full disk ends it' \
            'make room, or give RESULTS=folder'
    else
        unknown 'disk for results' 'look with df'
    fi
}

# Ours are made without a key and for their owner alone. A segment or queue that nobody living has is left over; a set
# of semaphores does not say who has it.
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
        found ok 'System V IPC' 'not visible' 'the kernel has none, so nothing can be left over'
    elif [ -n "$list" ]; then
        found warning 'System V IPC' "$(($(wc -w <<< "$list") / 2)) left over" \
            "memory, queues or semaphores of a killed run, unless one is running, use up the system's limits" \
            "if nothing of yours needs them: ipcrm$list"
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
            'how many processes wanted a processor in the minute before the doctor began; such take turns with the trials' 'wait until they are done'
    else
        unknown 'load average' 'look with uptime'
    fi
}

# ---- what takes some seconds to see ---------------------------------------------------------------------------------
ticks() { # a line for each process: number, parent, name, CPU time
    cat "$machine"/proc/[0-9]*/stat 2>/dev/null |
        awk '{ name = $0; sub(/^[^(]*\(/, "", name); sub(/\) [^)]*$/, "", name); gsub(/[ \t]/, "_", name)
            rest = $0; if (!sub(/^.*\) /, "", rest)) next; split(rest, field, " "); print $1, field[2], name, field[12] + field[13] }'
}

# Of each of these processors' time between two copies of /proc/stat: number, busy, stolen.
shares() { # BEFORE AFTER
    awk -v list=" $(numbers_of "${allowed:-0}" | paste -sd ' ') " '
        !/^cpu[0-9]/ || index(list, " " substr($1, 4) " ") == 0 { next }
        { total = 0; for (i = 2; i <= 9; i++) total += $i; busy = $2 + $3 + $4 + $7 + $8 }
        NR == FNR { total_before[$1] = total; busy_before[$1] = busy; stolen_before[$1] = $9; next }
        total > total_before[$1] {
            all = total - total_before[$1]
            print substr($1, 4), (busy - busy_before[$1]) / all, ($9 - stolen_before[$1]) / all, all
        }' "$1" "$2"
}

look_at_idle() {
    ticks > "$scratch/ticks_before"
    cp "$machine/proc/stat" "$scratch/stat_before" 2>/dev/null
    sleep "$DOCTOR_SECONDS"
    cp "$machine/proc/stat" "$scratch/stat_after" 2>/dev/null
    ticks > "$scratch/ticks_after"
    shares "$scratch/stat_before" "$scratch/stat_after" > "$scratch/idle"
}

# Who, in processors. What no process of now accounts for was used by those that began and ended in between.
others() {
    local used names
    if [ ! -s "$scratch/idle" ]; then
        unknown 'other processes' 'look with top'
        return
    fi
    used=$(awk '{ sum += $2 } END { printf "%.2f", sum }' "$scratch/idle")
    names=$(awk -v self=$$ -v used="$used" -v length_of_look="$(awk 'NR == 1 { print $4 }' "$scratch/idle")" '
        NR == FNR { before[$1] = $4; next }
        $1 != self && $2 != self && $4 > before[$1] { by[$3] += ($4 - before[$1]) / length_of_look; sum += ($4 - before[$1]) / length_of_look }
        END {
            if (used - sum > 0.02) by["short-lived"] = used - sum
            for (name in by) if (by[name] >= 0.005) printf "%.2f %s\n", by[name], name
        }' "$scratch/ticks_before" "$scratch/ticks_after" | sort -rn | head -n 4 | awk '{ printf "%s%s %s", n++ ? ", " : "", $2, $1 }')
    found "$(level "$used" 0.05 0.3)" 'other processes' "$used of $(wc -l < "$scratch/idle") processors" \
        "used while the doctor waited ${DOCTOR_SECONDS} s${names:+, by $names}" 'each slows the trial that it meets: end them or wait'
}

spin() { # PROCESSOR: a busy loop there; how much of its time it was not running, the longest time at once
    taskset -pc "$1" $BASHPID > /dev/null 2>&1 || return 0
    local now last=${EPOCHREALTIME/./} gap longest=0 lost=0 begin
    begin=$last
    local end=$((begin + $(awk -v s="$DOCTOR_SECONDS" 'BEGIN { printf "%d", s * 1e6 }')))
    while ((last < end)); do
        now=${EPOCHREALTIME/./}
        gap=$((now - last))
        # A turn of the loop takes some microseconds; an interrupt is none of our business, a lost turn is.
        if ((gap > 100)); then
            lost=$((lost + gap))
            if ((gap > longest)); then longest=$gap; fi
        fi
        last=$now
    done
    echo "$1 $lost $((last - begin)) $longest"
}

look_at_busy() {
    local cpu
    cp "$machine/proc/stat" "$scratch/stat_before" 2>/dev/null
    for cpu in $(numbers_of "${allowed:-0}"); do
        spin "$cpu" > "$scratch/spin.$cpu" &
        spinners+=($!)
    done
    sleep "$DOCTOR_SECONDS"
    wait "${spinners[@]}"
    spinners=()
    cp "$machine/proc/stat" "$scratch/stat_after" 2>/dev/null
    shares "$scratch/stat_before" "$scratch/stat_after" > "$scratch/busy"
}

most_stolen() { awk '$3 > most { most = $3 } END { printf "%.1f", 100 * most }' "$1"; }

busy_machine() {
    local idle busy lost longest
    if [ -s "$scratch/idle" ] && [ -s "$scratch/busy" ]; then
        idle=$(most_stolen "$scratch/idle")
        busy=$(most_stolen "$scratch/busy")
        found "$(level "$(printf '%s\n' "$idle" "$busy" | sort -n | tail -n 1)" 0.5 5)" stolen "$idle % idle, $busy % busy" \
            'of the time of the worst processor, taken by the host for other guests' 'try another time of day, another instance, dedicated cores'
    else
        unknown stolen 'look at st in top'
    fi

    read -r lost longest <<< "$(cat "$scratch"/spin.* | awk '
        $3 > 0 { if ($2 / $3 > share) share = $2 / $3; if ($4 > most) most = $4; n++ }
        END { if (n) printf "%.1f %.1f", 100 * share, most / 1000 }')"
    if [ -n "$lost" ]; then
        found "$(level "$lost" 1 10)" interruptions "$lost %, longest $longest ms" \
            'of the time of a busy loop on the worst processor, taken by others or by the host; a trial there loses as much' 'see other processes and stolen'
    else
        unknown interruptions 'no busy loop could be pinned to a processor (taskset)'
    fi
}

# The shell's own timer: it has the slack of 50 us that every process has, and takes some microseconds to look.
overshoot() {
    local silent before i middle high
    exec {silent}<> <(:)
    for ((i = 0; i < 200; i++)); do
        before=${EPOCHREALTIME/./}
        read -r -t 0.001 -u "$silent"
        echo $((${EPOCHREALTIME/./} - before - 1000))
    done | sort -n > "$scratch/overshoot"
    exec {silent}>&-
    read -r middle high <<< "$(awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[int(NR * 0.95)] }' "$scratch/overshoot")"
    found "$(level "$high" 500 5000)" 'timer overshoot' "$middle us, 5 % above $high us" \
        'how much longer than 1 ms a sleep of 1 ms took (some 60 us are usual); requests on a schedule are sent so much late' 'see halts, other processes and stolen'
}

load
echo "doctor: looks at the machine for $(awk -v s="$DOCTOR_SECONDS" 'BEGIN { print 2 * s + 1 }') s; leave it alone meanwhile" >&2
look_at_idle
overshoot
look_at_busy

processors
frequency
virtual_machine
busy_machine
others
tracers
halts
clock
quota
power
memory
vulnerabilities
layout
limits
network
programs
results_disk
leftovers

awk -F '\t' '
    { line[NR] = $0; n[$1]++; for (i = 1; i <= 3; i++) if (length($i) > width[i]) width[i] = length($i) }
    END {
        split("ok warning bad", levels, " ")
        for (l = 1; l <= 3; l++)
            for (k = 1; k <= NR; k++) {
                split(line[k], field, "\t")
                if (field[1] == levels[l]) printf "%-" width[1] "s  %-" width[2] "s  %-" width[3] "s  %s\n", field[1], field[2], field[3], field[4]
            }
        printf "doctor: %d findings: %d bad, %d warnings, %d ok\n", NR, n["bad"], n["warning"], n["ok"]
    }' "$scratch/findings"
