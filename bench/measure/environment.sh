#!/bin/bash -p
# environment.sh [KEY=VALUE...]: prints one JSON object that describes where a run was made.
#
# What cannot be read is null, so that "unknown" never looks like "none". The object is published with results: it has no host
# name, no user name, no absolute path. KEY=VALUE pairs come from the caller (budget_minutes, seed, run, ...).
#
# jq runs with another HOME, or definitions in the user's ~/.jq could change what it prints.
set -euo pipefail

for pair in "$@"; do
    if [[ ! $pair =~ ^[a-z_][a-z0-9_]*=.*$ ]]; then
        echo "usage: environment.sh [key=value...]  (not '$pair')" >&2
        exit 2
    fi
done
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=bench/base/machine.sh
. "$root/bench/base/machine.sh"

first_line() { # its first line, or nothing if the command is missing or fails
    local text
    text=$("$@" 2>/dev/null) || return 0
    printf '%s\n' "${text%%$'\n'*}"
}

# Only kernel parameters that change the numbers: others may name disks and hosts.
kernel_parameters() {
    local names='mitigations|[a-z_]*spec[a-z_]*|retbleed|pti|nopti|isolcpus|nohz|nohz_full|rcu_nocbs|idle|nohlt|maxcpus|nosmt'
    names+='|[a-z_]*\.max_cstate|[a-z_]*pstate|clocksource|tsc|transparent_hugepage|preempt'
    tr ' ' '\n' 2>/dev/null < "$machine/proc/cmdline" | grep -E "^($names)(=|\$)" | paste -sd ' ' || true
}

# Tells whether two runs are of one machine: a hash of its id with the project's name, as machine-id(5) asks for.
machine_id() {
    local id
    id=$(tr -d '\n' 2>/dev/null < "$machine/etc/machine-id") && [ -n "$id" ] || return 0
    printf 'forklore %s' "$id" | sha256sum | cut -c 1-12
}

# The process limits, soft and hard, two rows each.
limits() { # NAME:NAME_IN_PROC...
    { cat "$machine/proc/self/limits" 2>/dev/null || true; } | awk -v names="$(printf '%s\n' "$@")" '
        { line[NR] = $0 }
        END {
            n = split(names, pair, "\n")
            for (i = 1; i <= n; i++) {
                at = index(pair[i], ":")
                name = substr(pair[i], 1, at - 1)
                value[1] = value[2] = ""
                for (k = 1; k <= NR; k++)
                    if (index(line[k], substr(pair[i], at + 1) " ") == 1) split(substr(line[k], length(pair[i]) - at + 1), value, " ")
                printf "limits\t%s\t%s\nlimits\t%s_hard\t%s\n", name, value[1], name, value[2]
            }
        }'
}

commit=
dirty=
if [ -e "$root/.git" ] && commit=$(git -C "$root" rev-parse --verify HEAD 2>/dev/null) &&
    changes=$(git --no-optional-locks -C "$root" status --porcelain -- . ':!results' 2>/dev/null); then
    dirty=$([ -n "$changes" ] && echo true || echo false)
fi

# Compiler and flags of the build; the path of the compiler stays private.
flags=
[ ! -r "$root/${BUILD:-build}/flags" ] || flags=$(sed -E "s#(^|[ =])/[^ ]*/#\1#g" "$root/${BUILD:-build}/flags")
compiler=${flags%% *}

{
    mitigations | sed 's/^/mitigations\t/'
    for name in net.core.somaxconn net.ipv4.ip_local_port_range net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_max_syn_backlog \
        net.ipv4.tcp_tw_reuse net.ipv4.tcp_syncookies net.ipv4.tcp_abort_on_overflow net.ipv4.tcp_rmem net.ipv4.tcp_wmem \
        kernel.pid_max kernel.threads-max kernel.io_uring_disabled kernel.randomize_va_space kernel.numa_balancing \
        kernel.sched_autogroup_enabled vm.overcommit_memory vm.swappiness vm.max_map_count net.core.rmem_default \
        net.core.wmem_default net.ipv4.tcp_fin_timeout net.ipv4.tcp_congestion_control kernel.msgmax kernel.msgmnb kernel.sem \
        kernel.shmmax fs.mqueue.msg_max fs.mqueue.msgsize_max fs.nr_open; do
        printf 'sysctls\t%s\t' "$name"
        sysctl_value "$name"
    done
    limits nofile:'Max open files' nproc:'Max processes' sigpending:'Max pending signals' memlock:'Max locked memory' stack:'Max stack size'
    for tool in hyperfine gnuplot; do
        printf 'versions\t%s\t%s\n' "$tool" "$(first_line "$tool" --version)"
    done
    printf 'versions\tlibc\t%s\n' "$(first_line getconf GNU_LIBC_VERSION)"
    # The build may be older than this program.
    { "$root/${BUILD:-build}/bench/doctor/costs" 2>/dev/null || true; } | awk -v OFS='\t' '{ print "costs", $1 "_" $3, $2 }'
    printf 'versions\tliburing\t%s\n' "$(first_line pkg-config --modversion liburing)"
} | HOME=/dev/null jq -Rn \
    --arg date "$(TZ="UTC0" printf '%(%Y-%m-%dT%H:%M:%SZ)T' -1)" \
    --arg kernel_release "$(uname -r)" \
    --arg kernel_version "$(uname -v)" \
    --arg distribution "$(sed -n 's/^PRETTY_NAME="*\([^"]*\)"*$/\1/p' /etc/os-release 2>/dev/null)" \
    --arg architecture "$(uname -m)" \
    --arg cpu_model "$(sed -n '/^model name/ { s/^[^:]*: //p; q }' "$machine/proc/cpuinfo")" \
    --arg machine_id "$(machine_id)" \
    --arg cpus_online "$(getconf _NPROCESSORS_ONLN)" \
    --arg cores_online "$(cores_of "$(contents "$cpus/online")")" \
    --arg smt "$(contents "$cpus/smt/control")" \
    --arg virtualization "$(virtualization)" \
    --arg container "$(container)" \
    --arg governor "$(governors)" \
    --arg turbo "$(turbo)" \
    --arg cpu_quota "$(cpu_quota)" \
    --arg cpuidle_driver "$(contents "$cpus/cpuidle/current_driver")" \
    --arg clocksource "$(clock_source)" \
    --arg thp "$(huge_pages)" \
    --arg nice "$(nice)" \
    --arg scheduling_policy "$(policy)" \
    --arg loader "$(loader)" \
    --arg memory_bytes "$(memory_bytes MemTotal)" \
    --arg swap_bytes "$(memory_bytes SwapTotal)" \
    --arg kernel_parameters "$(kernel_parameters)" \
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
        kernel_parameters: $kernel_parameters | known,
        distribution: $distribution | known,
        architecture: $architecture,
        cpu_model: $cpu_model | known,
        machine_id: $machine_id | known,
        cpus_online: $cpus_online | tonumber,
        cores_online: ($cores_online | number | if . == 0 then null else . end),
        smt: $smt | known,
        virtualization: $virtualization | known,
        container: $container | known,
        governor: $governor | known,
        turbo: $turbo | known,
        cpu_quota: ($cpu_quota | known | if . then number else . end),
        cpuidle_driver: $cpuidle_driver | known,
        clocksource: $clocksource | known,
        thp: $thp | known,
        nice: $nice | tonumber,
        scheduling_policy: $scheduling_policy | known,
        loader: $loader | known,
        memory_bytes: ($memory_bytes | known | if . then tonumber else . end),
        swap_bytes: ($swap_bytes | known | if . then tonumber else . end),
        mitigations: group("mitigations"),
        sysctls: group("sysctls") | numbers,
        limits: group("limits") | numbers,
        costs: group("costs") | numbers,
        compiler: $compiler | known,
        flags: $flags | known,
        commit: $commit | known,
        dirty: (if $dirty == "" then null else $dirty == "true" end),
        versions: group("versions")
    } + ([$ARGS.positional[] | capture("^(?<key>[^=]*)=(?<value>.*)$"; "s") | .value |= number] | from_entries |
        if .client_hosts then .client_hosts |= ([split("; ")[] | [split("\t")[] | capture("^(?<key>[^=]*)=(?<value>.*)$") |
            .value |= if . == "-" then null else number end] | from_entries] |
            to_entries | map({key: (.key + 1 | tostring), value}) | from_entries) else . end)
    ' --args "$@"
