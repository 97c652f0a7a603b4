#!/bin/bash -p
# machine.sh: functions that read properties of the machine. Sourced by other scripts.
#
# Each function prints what it reads, or nothing if it cannot be read. MACHINE_ROOT is a folder to read instead of the machine,
# with proc/, sys/ and dev/ in it.
machine=${MACHINE_ROOT:-}
cpus=$machine/sys/devices/system/cpu

contents() { # FILE: its first line
    local text
    { read -r text < "$1"; } 2>/dev/null || return 0
    printf '%s\n' "$text"
}

sysctl_value() { # NAME: a line, which is empty if it cannot be read
    local words=()
    { read -ra words < "$machine/proc/sys/${1//.//}"; } 2>/dev/null || words=()
    printf '%s\n' "${words[*]}"
}

virtualization() {
    if [ -z "$machine" ] && command -v systemd-detect-virt > /dev/null; then
        systemd-detect-virt --vm 2>/dev/null || true # it prints "none" and fails on bare metal
    elif grep -q '^flags' "$machine/proc/cpuinfo" 2>/dev/null; then
        if grep -qw hypervisor "$machine/proc/cpuinfo"; then echo hypervisor; else echo none; fi
    fi
}

container() {
    [ -z "$machine" ] && command -v systemd-detect-virt > /dev/null || return 0
    systemd-detect-virt --container 2>/dev/null || true # likewise
}

numbers_of() { # a CPU list such as 0-2,4: each number
    local part
    for part in ${1//,/ }; do seq "${part%-*}" "${part#*-}"; done
}

cores_of() { # of CPUs: the number of their cores
    local cpu siblings
    for cpu in $(numbers_of "$1"); do
        siblings=$(contents "$cpus/cpu$cpu/topology/thread_siblings_list")
        echo "${siblings:-$cpu}"
    done | sort -u | wc -l
}

governors() { cat "$cpus"/cpu[0-9]*/cpufreq/scaling_governor 2>/dev/null | sort -u | paste -sd ' '; }

turbo() { # on, off
    case $(contents "$cpus/intel_pstate/no_turbo"):$(contents "$cpus/cpufreq/boost") in
        0:* | :1) echo on ;;
        1:* | :0) echo off ;;
    esac
}

clock_source() { contents "$machine/sys/devices/system/clocksource/clocksource0/current_clocksource"; }

huge_pages() { contents "$machine/sys/kernel/mm/transparent_hugepage/enabled" | sed 's/.*\[\(.*\)\].*/\1/'; }

mitigations() { # a line per vulnerability: its name, a tab, its mitigation
    local file text
    for file in "$cpus"/vulnerabilities/*; do
        if { read -r text < "$file"; } 2>/dev/null; then printf '%s\t%s\n' "${file##*/}" "$text"; fi
    done
}

policy() { # how the kernel schedules this process: other, batch, idle, fifo, rr, deadline
    local policies=(other fifo rr batch '' idle deadline) stat
    stat=$(contents /proc/self/stat)
    read -ra stat <<< "${stat##*) }"
    echo "${policies[${stat[38]:-4}]:-}"
}

# What the loader and the C library are told to do otherwise.
loader() {
    local name
    for name in LD_PRELOAD LD_AUDIT LD_BIND_NOW GLIBC_TUNABLES MALLOC_ARENA_MAX; do
        [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name##*/}"
    done | paste -sd ' '
}

memory_bytes() { awk -v name="$1:" '$1 == name { printf "%.0f\n", $2 * 1024 }' "$machine/proc/meminfo" 2>/dev/null || true; } # NAME in meminfo

limit() { # soft|hard NAME in /proc/self/limits
    awk -v soft="$1" -v name="$2" 'index($0, name " ") == 1 { sub(name " *", ""); print soft == "soft" ? $1 : $2 }' \
        "$machine/proc/self/limits" 2>/dev/null || true
}

# This process's control groups, from its own up to the topmost visible one; in a container, paths may be the host's.
groups() { # CONTROLLER
    local path base=$machine/sys/fs/cgroup
    path=$(awk -F : -v controller="$1" '
        ("," $2 ",") ~ ("," controller ",") { old = $3 }
        $1 == 0 { new = $3 }
        END { if (old != "") print "/" controller old; else print new }' "$machine/proc/self/cgroup" 2>/dev/null)
    [ -e "$base/cgroup.controllers" ] || [ -e "$base/$1" ] || base=$base/unified
    while :; do
        echo "$base$path"
        case $path in '' | / | "/$1") break ;; esac
        path=${path%/*}
    done
}

cpu_quota() { # the CPU quota of this process, in CPUs; "none" if unlimited
    local group
    [ -r "$machine/proc/self/cgroup" ] || return 0
    groups cpu | while read -r group; do
        contents "$group/cpu.max"
        echo "$(contents "$group/cpu.cfs_quota_us") $(contents "$group/cpu.cfs_period_us")"
    done | awk '$1 + 0 > 0 && $2 + 0 > 0 { share = $1 / $2; if (!n++ || share < least) least = share }
        END { if (n) printf "%.2f\n", least; else print "none" }'
}
