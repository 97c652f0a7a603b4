#!/bin/bash -p
# doctor_test.sh: the doctor on machines that do not exist: a good one, and ones with everything wrong; and on this one.
#
# A machine is a folder with proc/, sys/ and dev/ (MACHINE_ROOT). What the doctor measures itself, how long a loop was
# interrupted and how late a timer was, it measures on this machine. What kernel operations cost says a script in place of
# the program. Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

# ---- machines -----------------------------------------------------------------------------------------------------
put() { # MACHINE FILE TEXT
    mkdir -p "$(dirname "$work/$1/$2")"
    printf '%b\n' "$3" > "$work/$1/$2"
}

process() { # MACHINE NUMBER NAME TICKS
    put "$1" "proc/$2/stat" "$2 ($3) S 1 1 1 0 -1 0 0 0 0 0 $4 0 0 0 20 0 1 0 0 0 0"
}

good_machine() { # MACHINE
    local cpu
    put "$1" proc/self/status 'Name:\tbash\nTracerPid:\t0\nCpus_allowed_list:\t0-3'
    put "$1" proc/self/limits 'Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            1024                 20000                files'
    put "$1" proc/self/cgroup 0::/user/us
    put "$1" proc/self/personality 00000000
    put "$1" proc/cpuinfo 'flags\t\t: fpu tsc'
    put "$1" proc/cmdline 'root=UUID=1234 quiet'
    put "$1" proc/loadavg '0.10 0.10 0.10 1/100 1000'
    put "$1" proc/meminfo 'MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\nSwapTotal: 1000000 kB\nSwapFree: 1000000 kB'
    put "$1" proc/net/sockstat 'sockets: used 20\nTCP: inuse 4 orphan 0 tw 10 alloc 4 mem 0'
    put "$1" proc/sysvipc/shm "key shmid perms size cpid lpid nattch uid\n0 7 600 64 4000001 0 0 $((EUID + 1))\n99 8 600 64 4000001 0 0 $EUID\n0 9 600 64 4000001 0 1 $EUID"
    put "$1" proc/sysvipc/msg "key msqid perms cbytes qnum lspid lrpid uid\n0 3 600 0 0 4000001 50 $EUID"
    put "$1" proc/sysvipc/sem 'key semid perms nsems uid'
    put "$1" proc/stat 'cpu0 0 0 0 1000 0 0 0 0\ncpu1 0 0 0 1000 0 0 0 0\ncpu2 0 0 0 1000 0 0 0 0\ncpu3 0 0 0 1000 0 0 0 0'
    put "$1" later.1/stat 'cpu0 1 0 0 1099 0 0 0 0\ncpu1 0 0 0 1100 0 0 0 0\ncpu2 0 0 0 1100 0 0 0 0\ncpu3 0 0 0 1100 0 0 0 0'
    put "$1" later.2/stat 'cpu0 101 0 0 1099 0 0 0 0\ncpu1 100 0 0 1100 0 0 0 0\ncpu2 100 0 0 1100 0 0 0 0\ncpu3 100 0 0 1100 0 0 0 0'
    process "$1" 50 'quiet one' 100
    put "$1" proc/50/status 'Name:\tquiet one\nTracerPid:\t0'
    put "$1" proc/sys/net/core/somaxconn 4096
    put "$1" proc/sys/net/ipv4/ip_local_port_range '32768\t60999'
    put "$1" proc/sys/net/ipv4/tcp_max_tw_buckets 131072
    put "$1" proc/sys/net/ipv4/tcp_tw_reuse 2
    put "$1" proc/sys/kernel/pid_max 32768
    put "$1" proc/sys/kernel/threads-max 100000
    put "$1" proc/sys/kernel/randomize_va_space 2
    put "$1" sys/fs/cgroup/cgroup.controllers 'cpu pids'
    put "$1" sys/fs/cgroup/user/us/cpu.max 'max 100000'
    put "$1" sys/fs/cgroup/user/us/pids.max max
    put "$1" sys/devices/system/clocksource/clocksource0/current_clocksource tsc
    put "$1" sys/kernel/mm/transparent_hugepage/enabled 'always [madvise] never'
    put "$1" sys/class/power_supply/BAT0/type Battery
    put "$1" sys/class/power_supply/BAT0/status Full
    put "$1" sys/class/thermal/thermal_zone0/temp 45000
    put "$1" sys/devices/system/cpu/online 0-3
    put "$1" sys/devices/system/cpu/smt/active 0
    put "$1" sys/devices/system/cpu/smt/control off
    put "$1" sys/devices/system/cpu/intel_pstate/no_turbo 1
    put "$1" sys/devices/system/cpu/vulnerabilities/meltdown 'Mitigation: PTI'
    put "$1" sys/devices/system/cpu/vulnerabilities/mds 'Vulnerable: no microcode'
    put "$1" sys/devices/system/cpu/vulnerabilities/l1tf 'Not affected'
    for cpu in 0 1 2 3; do
        put "$1" "sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list" $cpu
        put "$1" "sys/devices/system/cpu/cpu$cpu/cpufreq/scaling_governor" performance
        put "$1" "sys/devices/system/cpu/cpu$cpu/thermal_throttle/core_throttle_count" 0
    done
    put "$1" dev/cpu_dma_latency ''
}

# Time passes on such a machine when the doctor sleeps: what is in later.1/ and then in later.2/ comes to proc/.
mkdir "$work/bin" "$work/empty" "$work/scratch"
cat > "$work/bin/sleep" << 'END'
#!/bin/sh
for later in "$MACHINE_ROOT"/later.1 "$MACHINE_ROOT"/later.2; do
    [ -d "$later" ] || continue
    cp -R "$later"/. "$MACHINE_ROOT/proc"
    rm -r "$later"
    exit
done
END
cat > "$work/bin/df" << 'END'
#!/bin/sh
printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 9 9 %s 9%% /\n' "${FREE_KIB:-9000000}"
END
chmod +x "$work"/bin/*

# ---- the doctor and what it finds ------------------------------------------------------------------------------------
examine() { # TREE MACHINE KNOB=VALUE...: what it says is in MACHINE.log
    (cd "$work/empty" && TMPDIR=$work/scratch exec env MACHINE_ROOT="$work/$2" DOCTOR_SECONDS=0.1 PATH="$work/bin:$PATH" "${@:3}" \
        "$work/$1/bench/doctor/doctor.sh" > "$work/$2.log" 2> "$work/error")
}

finding() { awk -F '  +' -v what="$2" '$2 == what' "$work/$1.log"; } # MACHINE WHAT

finds() { # MACHINE LEVEL WHAT VALUE [TEXT]: once, at this level, with this value, and this text in what follows
    local line
    line=$(finding "$1" "$3")
    awk -F '  +' -v level="$2" -v value="$4" -v text="${5:-}" '
        $1 == level && $3 == value && index($4, text) { good++ }
        END { exit !(NR == 1 && good == 1) }' <<< "$line" && return
    echo "not '$2 $3 $4 ${5:-}' but: ${line:-nothing}"
    return 1
}

all_good() { # MACHINE: but for what is measured on this machine
    awk -F '  +' '$1 != "ok" && $2 != "interruptions" && $2 != "timer overshoot" && !/^doctor: / { print; bad = 1 } END { exit bad }' "$work/$1.log"
}

adds_up() { # MACHINE: the last line counts the others, which are in order; nothing is found twice
    awk -F '  +' '
        BEGIN { rank["ok"] = 1; rank["warning"] = 2; rank["bad"] = 3 }
        /^doctor: / { last = $0; next }
        !($1 in rank) || NF < 4 || $2 in seen || rank[$1] < before { print "wrong: " $0; wrong = 1 }
        { seen[$2]; n[$1]++; before = rank[$1] }
        END {
            is = sprintf("doctor: %d findings: %d bad, %d warnings, %d ok", n["ok"] + n["warning"] + n["bad"], n["bad"], n["warning"], n["ok"])
            if (wrong || last != is) { print last " instead of " is; exit 1 }
        }' "$work/$1.log"
}

tree built
rm "$work/built/build/flags"
echo 'gcc -std=c11 -O2 -g' > "$work/built/build/flags"
[ ! -e "$work/built/build/servers/io_uring" ] || rm "$work/built/build/servers/io_uring"
printf '#!/bin/sh\necho io_uring\n' > "$work/built/build/servers/io_uring"
chmod +x "$work/built/build/servers/io_uring"

rm -r "$work/built/bench" "$work/built/build/bench"
mkdir -p "$work/built/bench" "$work/built/build/bench/doctor"
for room in "$repo"/bench/*; do [ "$room" = "$repo/bench/doctor" ] || ln -s "$room" "$work/built/bench"; done
cp -R "$repo/bench/doctor" "$work/built/bench"
printf '%s\t%s\t%s\t%s\t%s\n' machine fork_us page_fault_us system_call_us source 'One, guest' 50 0.5 0.1 here Two 700 - - there Three 60 - 0.1 - \
    > "$work/built/bench/doctor/machines.tsv"
costs() { # FORK PAGE_FAULT SYSTEM_CALL, in us
    printf '#!/bin/sh\necho fork %s us\necho page_fault %s us\necho system_call %s us\n' "$@" > "$work/built/build/bench/doctor/costs"
    chmod +x "$work/built/build/bench/doctor/costs"
}

costs 66 0.5 0.1
good_machine good
cp -R "$work/good" "$work/spoilt"
cp -R "$work/good" "$work/other"
machine_files() { find "$work/$1" -type f -printf '%P %s\n' | grep -v '^later\|^proc/stat' | sort; } # but for what passes with time
before=$(machine_files good)
examine built good
check 'good machine: status 0' equals 'its status' $? 0
check 'good machine: nothing to say against it' all_good good
check 'good machine: no quota' finds good ok 'CPU quota' none
check 'good machine: the findings add up' adds_up good
check 'good machine: its cores' finds good ok cores '4, CPUs 0-3'
check 'good machine: who used it a little' finds good ok 'other processes' '0.01 of 4 CPUs'
check 'good machine: mitigations are named' finds good ok mitigations '1 on, 1 missing, of 3' 'mds vulnerable, meltdown mitigated'
check 'good machine: others'"'"' shared memory is not left over' finds good ok 'System V IPC' 'nothing left over'
check 'good machine: the hard limit of files counts' finds good ok 'open files' 20000
check 'good machine: heat' finds good ok heat '45 C'
check 'good machine: what is usual stands beside its costs' finds good ok fork '66 us' \
    '60 us is usual (the median of: 50 us on One, guest; 700 us on Two; 60 us on Three)'
check 'good machine: nothing is changed' equals 'what is there' "$(machine_files good)" "$before"

# ---- everything wrong --------------------------------------------------------------------------------------------------
put spoilt proc/self/status 'Name:\tbash\nTracerPid:\t0\nCpus_allowed_list:\t0-1'
put spoilt sys/devices/system/cpu/cpu0/topology/thread_siblings_list 0-1
put spoilt sys/devices/system/cpu/cpu1/topology/thread_siblings_list 0-1
put spoilt sys/devices/system/cpu/smt/active 1
put spoilt sys/devices/system/cpu/cpu1/cpufreq/scaling_governor powersave
put spoilt sys/devices/system/cpu/intel_pstate/no_turbo 0
put spoilt proc/cpuinfo 'flags\t\t: fpu hypervisor'
rm "$work/spoilt/dev/cpu_dma_latency"
put spoilt sys/devices/system/clocksource/clocksource0/current_clocksource hpet
put spoilt sys/fs/cgroup/user/cpu.max '150000 100000'
put spoilt sys/fs/cgroup/user/us/cpu.max '800000 100000'
put spoilt sys/fs/cgroup/user/us/cpu.stat 'usage_usec 9\nnr_periods 20\nnr_throttled 12'
put spoilt sys/fs/cgroup/user/pids.max 200
put spoilt sys/class/power_supply/BAT0/status Discharging
put spoilt sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count 3
put spoilt sys/kernel/mm/transparent_hugepage/enabled '[always] madvise never'
put spoilt proc/meminfo 'MemTotal: 8000000 kB\nMemAvailable: 1048576 kB\nSwapTotal: 1048576 kB\nSwapFree: 524288 kB'
put spoilt proc/sys/kernel/randomize_va_space 0
put spoilt proc/self/limits 'Max processes             1200                96365                processes\nMax open files            1024                 1024                files'
put spoilt proc/sys/kernel/pid_max 4096
put spoilt proc/sys/kernel/threads-max 1500
put spoilt proc/sys/net/core/somaxconn 128
put spoilt proc/sys/net/ipv4/ip_local_port_range '32768\t33767'
put spoilt proc/net/sockstat 'TCP: inuse 4 orphan 0 tw 131072 alloc 4 mem 0'
put spoilt proc/sys/net/ipv4/tcp_tw_reuse 0
put spoilt proc/loadavg '3.50 1 1 9/100 1000'
put spoilt proc/60/status 'Name:\tvictim\nTracerPid:\t61'
put spoilt proc/60/comm victim
put spoilt proc/61/comm strace
process spoilt 62 'a (noisy) neighbour' 100
mkdir "$work/spoilt/later.1/62"
sed 's/ 100 / 150 /' "$work/spoilt/proc/62/stat" > "$work/spoilt/later.1/62/stat"
put spoilt later.1/stat 'cpu0 55 0 10 1035 0 0 0 0\ncpu1 0 0 0 1100 0 0 0 0\ncpu2 100 0 0 1000 0 0 0 0'
put spoilt later.2/stat 'cpu0 147 0 10 1035 0 0 0 8\ncpu1 100 0 0 1100 0 0 0 0\ncpu2 100 0 0 1000 0 0 0 100'
put spoilt sys/devices/cpu_core/cpus 0-1
put spoilt sys/devices/cpu_atom/cpus 2-3
put spoilt sys/fs/cgroup/user/us/cpuset.cpus.partition isolated
put spoilt proc/sys/net/netfilter/nf_conntrack_count 1999
put spoilt proc/sys/net/netfilter/nf_conntrack_max 2000
put spoilt proc/sysvipc/shm "key shmid perms size cpid lpid nattch uid\n0 7 1600 64 4000001 0 0 $EUID"
put spoilt proc/sysvipc/msg "key msqid perms cbytes qnum lspid lrpid uid\n0 3 600 0 0 4000001 0 $EUID"
put spoilt proc/sysvipc/sem "key semid perms nsems uid\n0 5 600 1 $EUID"
echo 'gcc -std=c11 -O2 -g -fsanitize=address' > "$work/built/build/flags"
cp "$work/unsupported" "$work/built/build/servers/io_uring"
costs 600 2 0.1
examine built spoilt FREE_KIB=51200
check 'everything wrong: status 0' equals 'its status' $? 0
check 'everything wrong: the findings add up' adds_up spoilt
while IFS='|' read -r level what value text; do
    check "everything wrong: $what" finds spoilt "$level" "$what" "$value" "$text"
done << 'END'
bad|cores|1, CPUs 0-1|share the core
warning|kinds of core|two kinds|fast: 0-1; slow: 2-3
warning|isolated CPUs|all of this cpuset|SERVER_CPUS
bad|connection table|1999 of 2000 connections|nf_conntrack_max
warning|SMT|on|smt/control
warning|governor|performance powersave|cpupower
warning|turbo|on|no_turbo
warning|virtualization|hypervisor|host
bad|stolen|0.0 % idle, 8.0 % busy|other guests
bad|other processes|0.65 of 2 CPUs|by a_(noisy)_neighbour 0.50, short-lived 0.15
warning|tracing|strace, victim is traced by 61|end it
warning|halts|cannot be prevented|/dev/cpu_dma_latency
bad|clock source|hpet|dmesg
bad|CPU quota|1.50 CPUs, throttled 12 times|cpuset
warning|fork|600 us|page tables are unusually slow here (nested virtualisation?): everything with fork in it costs 10 times what is usual
warning|page fault|2 us|a page fault costs 4 times what is usual
ok|system call|0.1 us|0.1 us is usual
bad|power|on battery|charger
warning|heat|45 C, 3 times throttled|cool
warning|huge pages|always|echo madvise
warning|swap|512 of 1024 MiB in use|swapoff
warning|memory|1024 MiB available|end programs that use memory
warning|ASLR|off|randomize_va_space=2
bad|open files|1024|up to 1000
bad|processes|1200|ulimit -u
bad|pid_max|4096|sysctl
bad|threads-max|1500|sysctl
bad|pids.max|200|control group
bad|somaxconn|128|sysctl
bad|local ports|1000|sysctl
bad|TIME_WAIT|131072 of 131072 sockets|wait a minute
warning|tcp_tw_reuse|0|tcp_tw_reuse=2
bad|build|-fsanitize=address|without SAN
warning|io_uring|unusable|the kernel has no zz_call; its models are left out
bad|disk for results|50 MiB free|RESULTS
warning|System V IPC|3 left over|ipcrm -m 7 -q 3 -s 5
bad|load average|3.50|wait until they have finished
END

# ---- the same by other ways, and what cannot be read --------------------------------------------------------------------
put other proc/self/personality 00040000
put other proc/self/cgroup '3:cpu,cpuacct:/slice\n2:pids:/\n0::/'
rm "$work/other/sys/fs/cgroup/cgroup.controllers"
put other sys/fs/cgroup/cpu,cpuacct/slice/cpu.cfs_quota_us 300000
put other sys/fs/cgroup/cpu,cpuacct/slice/cpu.cfs_period_us 100000
mkdir "$work/other/sys/fs/cgroup/cpu" "$work/other/sys/fs/cgroup/pids"
mv "$work/other/sys/fs/cgroup/cpu,cpuacct/slice" "$work/other/sys/fs/cgroup/cpu"
put other sys/devices/system/clocksource/clocksource0/current_clocksource jiffies
put other sys/class/thermal/thermal_zone0/temp 95000
rm -r "$work/other/sys/devices/system/cpu/intel_pstate" "$work/other/proc/meminfo" "$work/other/proc/stat" "$work"/other/later.*
put other sys/devices/system/cpu/cpufreq/boost 1
put other sys/class/power_supply/BAT0/type Mains
put other proc/61/comm "perf"
put other sys/devices/system/cpu/isolated 3,5
put other sys/devices/system/cpu/cpu0/cpu_capacity 1024
put other sys/devices/system/cpu/cpu1/cpu_capacity 446
put other sys/devices/system/node/online 0-1
put other proc/sys/net/netfilter/nf_conntrack_count 0
put other proc/sys/net/netfilter/nf_conntrack_max 262144
process other 70 "$(printf '\033[2J')" 5
echo 'gcc -std=c11 -O0 -g' > "$work/built/build/flags"
rm "$work/built/build/servers/io_uring"
costs 600 0.5 0.4
examine built other
check 'other ways: status 0' equals 'its status' $? 0
check 'other ways: the findings add up' adds_up other
while IFS='|' read -r level what value text; do
    check "other ways: $what" finds other "$level" "$what" "$value" "$text"
done << 'END'
warning|ASLR|off|setarch
warning|kinds of core|2 kinds|cpu_capacity
ok|memory nodes|2|of the same node
warning|isolated CPUs|3|SERVER_CPUS
ok|connection table|0 of 262144|no connection is tracked
warning|CPU quota|3.00 CPUs, throttled 0 times|cpuset
warning|clock source|jiffies|try another
warning|fork|600 us|the whole machine is slow: fork costs 10 times what is usual, a system call 4 times
ok|page fault|0.5 us|0.5 us is usual
warning|system call|0.4 us|system calls are unusually slow here
warning|heat|95 C, 0 times throttled|cool
warning|turbo|on|boost
ok|power|no battery|none
warning|tracing|perf|end it
warning|memory|unknown|cannot be read here
warning|swap|unknown|cannot be read here
warning|other processes|unknown|top
warning|stolen|unknown|top
bad|build|-O0|without OPT
ok|io_uring|not built yet|make
END
rm "$work/built/build/flags"

printf '#!/bin/sh\necho costs: fork: no >&2\nexit 1\n' > "$work/built/build/bench/doctor/costs"
put other proc/self/cgroup '4:cpuset:/jail\n3:cpu,cpuacct:/slice\n2:pids:/\n0::/'
put other sys/fs/cgroup/cpuset/jail/cpuset.sched_load_balance 0
examine built other
check 'a cpuset of version 1: is not balanced' finds other warning 'isolated CPUs' 'all of this cpuset' SERVER_CPUS
check 'costs: they cannot be measured' finds other warning costs unknown 'costs: fork: no; a run needs'
rm "$work/built/build/bench/doctor/costs"
examine built other
check 'costs: not built' finds other ok costs 'not built yet'
costs 66 0.5 0.1

# ---- this machine --------------------------------------------------------------------------------------------------------
# A neighbour on every processor it may have: the doctor's loops get half of it.
neighbours=()
allowed() { # shellcheck source=bench/base/machine.sh
    . "$repo/bench/base/machine.sh"
    numbers_of "$(awk '$1 == "Cpus_allowed_list:" { print $2 }' /proc/self/status)"
}
for cpu in $(allowed); do
    taskset -c "$cpu" timeout 20 sh -c 'while :; do :; done' &
    neighbours+=($!)
done
DOCTOR_SECONDS=0.5 "$work/built/bench/doctor/doctor.sh" > "$work/here.log" 2> "$work/error"
check 'this machine: status 0' equals 'its status' $? 0
measured() { # beside the neighbours, which must not make a fork look expensive
    "$build/bench/doctor/costs" > "$work/costs" || return 1
    awk '
        NF != 3 || $3 != "us" { wrong = 1 }
        { us[$1] = $2 }
        END { exit wrong || NR != 3 || us["fork"] <= us["page_fault"] || us["fork"] <= us["system_call"] || us["page_fault"] <= 0 || us["system_call"] <= 0 }' "$work/costs" ||
        { cat "$work/costs" && return 1; }
}
check 'this machine: a fork costs more than a page fault and than a system call' measured
kill "${neighbours[@]}"
wait "${neighbours[@]}" 2> /dev/null
check 'this machine: the findings add up' adds_up here
check 'this machine: says how long it will take' says "$work/error" 'for 2 s'
disturbed() {
    finding here 'other processes' | grep '^bad .*by .*sh ' && finding here interruptions | grep '^bad '
}
check 'this machine: a neighbour on each processor is noticed' disturbed
check 'this machine: nothing is left behind' nothing_left built

# ---- CPU time in ticks, as some sandboxes tell it --------------------------------------------------------------------------
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -shared -fPIC -O1 -o "$work/ticks.so" -xc - << 'END' || exit 1
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 10000000, TICK_US = TICK_NS / 1000 };

int clock_gettime(clockid_t clock, struct timespec *t)
{
    int status = (int)syscall(SYS_clock_gettime, clock, t);
    if (clock == CLOCK_PROCESS_CPUTIME_ID)
        t->tv_nsec -= t->tv_nsec % TICK_NS;
    return status;
}

int getrusage(__rusage_who_t who, struct rusage *usage)
{
    int status = (int)syscall(SYS_getrusage, who, usage);
    usage->ru_utime.tv_usec -= usage->ru_utime.tv_usec % TICK_US;
    usage->ru_stime.tv_usec -= usage->ru_stime.tv_usec % TICK_US;
    return status;
}
END
if [ -n "${SAN:-}" ]; then
    skips 'ticks' 'a sanitizer comes before what is loaded first'
else
    check 'ticks: a fork costs more than a page fault and than a system call' env "LD_PRELOAD=$work/ticks.so" bash -c "$(declare -f measured); build=$build work=$work measured"
fi

check 'nothing is left in the folders where it works' equals 'what is there' "$(ls -A "$work/empty" "$work/scratch")" \
    "$(printf '%s:\n\n%s:' "$work/empty" "$work/scratch")"

refuses 'usage: an argument' 2 'usage: doctor.sh' "$work/built/bench/doctor/doctor.sh" now
refuses 'costs: an argument' 2 'usage: costs' "$build/bench/doctor/costs" now
refuses 'usage: not a number of seconds' 2 'usage: doctor.sh' env DOCTOR_SECONDS=soon "$work/built/bench/doctor/doctor.sh"

# ---- the same readings in what a run records ------------------------------------------------------------------------------
put spoilt proc/cmdline 'root=UUID=1234 mitigations=off quiet isolcpus=1'
recorded() {
    MACHINE_ROOT="$work/spoilt" "$work/built/bench/measure/environment.sh" run=x | jq -e '
        [.cores_online == 3, .governor == "performance powersave", .turbo == "on", .cpu_quota == 1.5, .clocksource == "hpet",
        .thp == "always", .swap_bytes == 1073741824, .kernel_parameters == "mitigations=off isolcpus=1", .virtualization == "hypervisor",
        .limits.nproc == 1200, .limits.nproc_hard == 96365, .sysctls."net.ipv4.tcp_tw_reuse" == 0, .sysctls."vm.swappiness" == null,
        .mitigations.meltdown == "Mitigation: PTI", .costs == {fork_us: 66, page_fault_us: 0.5, system_call_us: 0.1}]
        | if all then . else ["condition", index(false) + 1, "does not hold"] | join(" ") | halt_error end'
}
check 'environment.json: what a run records of a machine' recorded
verdict
