# shellcheck shell=bash disable=SC2154
# processors.sh: processors, their clocks and what shares them with others. doctor.sh sources it.

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
