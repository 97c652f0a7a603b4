# shellcheck shell=bash disable=SC2154
# processors.sh: CPUs, their clocks and their sharing. Sourced by doctor.sh.

allowed=$(awk '$1 == "Cpus_allowed_list:" { print $2 }' "$machine/proc/self/status" 2>/dev/null)
cores=$(cores_of "${allowed:-0}")
virtual=$(virtualization)

processors() {
    local state
    local value="$cores, CPUs $allowed"
    if [ -z "$allowed" ]; then
        unknown cores 'check lscpu: client and server need one core each'
    elif [ "$cores" -lt 2 ]; then
        found bad cores "$value" 'client and server share the core and slow each other down' \
            'add a second core to this machine, container or cpuset'
    elif [ "$cores" -eq 2 ]; then
        found ok cores "$value" 'one for the server, one for the client, none to spare: run nothing else'
    else
        found ok cores "$value" 'one for the server, one for the client, and some to spare'
    fi

    state=$(contents "$cpus/smt/active")
    case $state in
        0) found ok SMT "off ($(contents "$cpus/smt/control"))" \
            'no two CPUs share a core, as far as this system knows' ;;
        1) found warning SMT on 'a busy hyper-thread takes up to half of a core' \
            'keep the other hyper-threads idle, or as root: echo off > /sys/devices/system/cpu/smt/control' ;;
        *) unknown SMT 'check with lscpu whether threads share a core' ;;
    esac
}

# Server and client run on the fastest kind of core, and on one node if they can (bench/base/cpus.h).
kinds() {
    local capacities fast slow nodes
    capacities=$(cat "$cpus"/cpu[0-9]*/cpu_capacity 2>/dev/null | sort -un | wc -l)
    fast=$(contents "$machine/sys/devices/cpu_core/cpus") slow=$(contents "$machine/sys/devices/cpu_atom/cpus")
    if [ -n "$fast" ] && [ -n "$slow" ]; then
        kinds_found 'two kinds' "fast: $fast; slow: $slow"
    elif [ "$capacities" -gt 1 ]; then
        kinds_found "$capacities kinds" 'see cpu_capacity in /sys/devices/system/cpu'
    else
        found ok 'kinds of core' one 'a server is equally fast on each'
    fi
    nodes=$(numbers_of "$(contents "$machine/sys/devices/system/node/online")" 2>/dev/null | wc -l)
    [ "$nodes" -le 1 ] || found ok 'memory nodes' "$nodes" 'server and client get cores of the same node, if this process may use two of one'
    isolation
}

kinds_found() { # VALUE WHICH
    found warning 'kinds of core' "$1" "$2; server and client get the fast ones, but a server with several cores (scaling) may get both kinds" \
        'set SERVER_CPUS and CLIENT_CPUS to cores of one kind'
}

# The kernel does not spread tasks over such CPUs: by isolcpus=, or by this process's cpuset (version 1 or 2).
isolation() {
    local group isolated
    isolated=$(comm -12 <(numbers_of "$(contents "$cpus/isolated")" | sort) <(numbers_of "${allowed:-0}" | sort) | sort -n | paste -sd ,)
    read -r group < <(groups cpuset) || group=
    if [ "$(contents "$group/cpuset.sched_load_balance")" = 0 ] || [ "$(contents "$group/cpuset.cpus.partition")" = isolated ]; then
        isolated='all of this cpuset'
    fi
    if [ -n "$isolated" ]; then
        found warning 'isolated CPUs' "$isolated" 'the kernel spreads no tasks over them, so a pool there stays on one core' \
            'set SERVER_CPUS and CLIENT_CPUS to others, or to one CPU each'
    else
        found ok 'isolated CPUs' none 'the kernel spreads tasks over all that may be used'
    fi
}

frequency() {
    local governors boost
    governors=$(governors)
    case $governors in
        performance) found ok governor performance 'the frequency does not drop between trials' ;;
        '')
            if [ -n "$virtual" ] && [ "$virtual" != none ]; then
                found ok governor "the host's" \
                    'a guest can neither see nor set the frequency; ratios within blocks guard against changes'
            else
                unknown governor 'check the power settings of the firmware'
            fi
            ;;
        *) found warning governor "$governors" 'the frequency follows the load, so light load looks expensive' \
            'as root: cpupower frequency-set -g performance' ;;
    esac
    boost=$(turbo)
    case $boost in
        on) found warning turbo on 'the frequency depends on heat and on how many cores are busy' \
            'as root: echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > /sys/devices/system/cpu/cpufreq/boost' ;;
        off) found ok turbo off 'the frequency does not depend on the other cores' ;;
    esac # a machine that shows neither has no governor either, which is reported above
}

virtual_machine() {
    case $virtual in
        none) found ok virtualization none 'no host can take CPU time away' ;;
        '') unknown virtualization 'ask the provider of the machine' ;;
        *) found warning virtualization "$virtual" \
            'the host may take CPU time away (see stolen), and exits to the host make halts and interrupts expensive' \
            'state this condition when you cite, or use a physical machine' ;;
    esac
}

halts() {
    local driver
    driver=$(contents "$cpus/cpuidle/current_driver")
    if [ -w "$machine/dev/cpu_dma_latency" ]; then
        found ok halts 'can be prevented' \
            "the trials open /dev/cpu_dma_latency, so that no CPU enters deep sleep (${driver:-no} idle driver)"
    else
        found warning halts 'cannot be prevented' \
            "each wait includes waking a halted CPU (${driver:-no} idle driver)" \
            'run as root, or make /dev/cpu_dma_latency writable'
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
        none) found ok 'CPU quota' none 'no control group throttles the processes' ;;
        '') unknown 'CPU quota' 'check cpu.max in /sys/fs/cgroup' ;;
        *)
            found "$(if above 2 "$share"; then echo bad; else echo warning; fi)" 'CPU quota' "$share CPUs, throttled $throttled times" \
                'processes that have used up the quota are suspended until the next period' \
                'remove it (docker: no --cpus; systemd: CPUQuota=), or assign CPUs instead (cpuset)'
            ;;
    esac
}

clock() {
    local source
    source=$(clock_source)
    case $source in
        tsc | kvm-clock | arch_sys_counter | hyperv_clocksource_tsc_page) found ok 'clock source' "$source" \
            'reading the time needs no system call' ;;
        '') unknown 'clock source' 'check dmesg | grep clocksource' ;;
        hpet | acpi_pm) found bad 'clock source' "$source" 'reading the time takes a microsecond or more and a system call' \
            'dmesg | grep clocksource shows why tsc was rejected; try tsc=reliable clocksource=tsc at boot' ;;
        *) found warning 'clock source' "$source" 'reading the time may need a system call' \
            'try another one of /sys/devices/system/clocksource/clocksource0/available_clocksource' ;;
    esac
}

vulnerabilities() {
    local list
    list=$(mitigations)
    if [ -z "$list" ]; then
        unknown mitigations 'state the kernel and its parameters when you cite'
        return
    fi
    found ok mitigations "$(awk -F '\t' '{ n++ } $2 ~ /^Mitigation/ { m++ } $2 ~ /^Vulnerable/ { v++ } END { print m + 0 " on, " v + 0 " missing, of " n }' <<< "$list")" \
        "they make system calls more expensive, so the figures hold only for: $(awk -F '\t' '
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
        *Discharging*) found bad power 'on battery' 'CPUs are slowed down to save power' 'plug in the charger' ;;
        '') found ok power 'no battery' 'none visible to this system' ;;
        *) found ok power "battery: $state" 'not discharging' ;;
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
        found warning heat "$((heat / 1000)) C, $throttled times throttled" 'hot CPUs are slowed down' \
            'let the machine cool, clean it, and check whether the count still grows'
    elif [ "$heat" -gt 0 ]; then
        found ok heat "$((heat / 1000)) C" 'not hot, and not throttled since boot'
    else
        found ok heat 'no sensor' 'none visible to this system'
    fi
}
