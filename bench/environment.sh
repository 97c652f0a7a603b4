#!/bin/bash
# environment.sh [KEY=VALUE...]: one JSON object on stdout that says where a run was made.
#
# What cannot be read is null, so that "unknown" never looks like "none". The object travels with published results:
# no host name, no user name, no absolute path. KEY=VALUE pairs are the caller's own (budget_minutes, seed, run, ...).
set -euo pipefail

for pair in "$@"; do
    if [[ ! $pair =~ ^[a-z_][a-z0-9_]*=.*$ ]]; then
        echo "usage: environment.sh [key=value...]  (not '$pair')" >&2
        exit 2
    fi
done
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cpu=/sys/devices/system/cpu

first_line() { # COMMAND...: its first line, or nothing if there is no such command or it fails
    local text
    text=$("$@" 2>/dev/null) || return 0
    printf '%s\n' "${text%%$'\n'*}"
}

contents() { # FILE: its first line, or nothing
    local text
    { read -r text < "$1"; } 2>/dev/null || return 0
    printf '%s\n' "$text"
}

virtualization() {
    if command -v systemd-detect-virt > /dev/null; then
        systemd-detect-virt --vm 2>/dev/null || true # it prints "none" and fails on bare metal
    elif grep -q '^flags' /proc/cpuinfo; then
        if grep -qw hypervisor /proc/cpuinfo; then echo hypervisor; else echo none; fi
    fi
}

commit=
dirty=
if [ -e "$root/.git" ] && commit=$(git -C "$root" rev-parse --verify HEAD 2>/dev/null) &&
    changes=$(git --no-optional-locks -C "$root" status --porcelain -- . ':!results' 2>/dev/null); then
    dirty=$([ -n "$changes" ] && echo true || echo false)
fi

# Compiler and flags as the programs were built, when they were; a path on the way to the compiler stays private.
flags=
[ ! -r "$root/build/flags" ] || flags=$(sed -E "s#(^|[ =])/[^ ]*/#\1#g" "$root/build/flags")
compiler=${flags%% *}

{
    for f in "$cpu"/vulnerabilities/*; do
        if [ -r "$f" ]; then printf 'mitigations\t%s\t%s\n' "${f##*/}" "$(contents "$f")"; fi
    done
    for name in net.core.somaxconn net.ipv4.ip_local_port_range net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_max_syn_backlog \
        kernel.pid_max kernel.threads-max kernel.io_uring_disabled vm.overcommit_memory; do
        printf 'sysctls\t%s\t%s\n' "$name" "$(contents "/proc/sys/${name//.//}" | tr '\t' ' ')"
    done
    for limit in nofile:n nproc:u; do
        printf 'limits\t%s\t%s\n' "${limit%:*}" "$(ulimit "-S${limit#*:}")"
    done
    for tool in hyperfine gnuplot; do
        printf 'versions\t%s\t%s\n' "$tool" "$(first_line "$tool" --version)"
    done
    printf 'versions\tliburing\t%s\n' "$(first_line pkg-config --modversion liburing)"
} | jq -Rn \
    --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --arg kernel_release "$(uname -r)" \
    --arg kernel_version "$(uname -v)" \
    --arg distribution "$(sed -n 's/^PRETTY_NAME="*\([^"]*\)"*$/\1/p' /etc/os-release 2>/dev/null)" \
    --arg architecture "$(uname -m)" \
    --arg cpu_model "$(sed -n '/^model name/ { s/^[^:]*: //p; q }' /proc/cpuinfo)" \
    --arg cpus_online "$(getconf _NPROCESSORS_ONLN)" \
    --arg smt "$(contents $cpu/smt/control)" \
    --arg virtualization "$(virtualization)" \
    --arg governor "$(contents $cpu/cpu0/cpufreq/scaling_governor)" \
    --arg cpuidle_driver "$(contents $cpu/cpuidle/current_driver)" \
    --arg clocksource "$(contents /sys/devices/system/clocksource/clocksource0/current_clocksource)" \
    --arg thp "$(contents /sys/kernel/mm/transparent_hugepage/enabled | sed 's/.*\[\(.*\)\].*/\1/')" \
    --arg memory_bytes "$(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024 }' /proc/meminfo)" \
    --arg compiler "$(first_line "${compiler:-${CC:-gcc}}" --version)" \
    --arg flags "$flags" \
    --arg commit "$commit" \
    --arg dirty "$dirty" '
    def known: if . == "" then null else . end;
    def number: if test("^-?[0-9]{1,15}(\\.[0-9]+)?$") then tonumber else . end;
    [inputs | split("\t")] as $rows
    | def group($name): [$rows[] | select(.[0] == $name) | {key: .[1], value: .[2] | known}] | from_entries;
    def numbers: map_values(if . == null then . else number end);
    {
        date: $date,
        kernel_release: $kernel_release,
        kernel_version: $kernel_version,
        distribution: $distribution | known,
        architecture: $architecture,
        cpu_model: $cpu_model | known,
        cpus_online: $cpus_online | tonumber,
        smt: $smt | known,
        virtualization: $virtualization | known,
        governor: $governor | known,
        cpuidle_driver: $cpuidle_driver | known,
        clocksource: $clocksource | known,
        thp: $thp | known,
        memory_bytes: (if $memory_bytes == "" then null else $memory_bytes | tonumber end),
        mitigations: group("mitigations"),
        sysctls: group("sysctls") | numbers,
        limits: group("limits") | numbers,
        compiler: $compiler | known,
        flags: $flags | known,
        commit: $commit | known,
        dirty: (if $dirty == "" then null else $dirty == "true" end),
        versions: group("versions")
    } + ([$ARGS.positional[] | capture("^(?<key>[^=]*)=(?<value>.*)$"; "s") | .value |= number] | from_entries)
    ' --args "$@"
