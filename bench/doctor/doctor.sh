#!/bin/bash -p
# doctor.sh: reports what on this machine will distort the numbers, and what to do about it. It changes nothing.
#
# One line per finding: "ok", "warning" or "bad", the item, its value, why it matters; what to do. The most serious come last,
# followed by a summary. Findings are not errors: the status is 0. Settings are environment variables:
#
#   DOCTOR_SECONDS   how long it observes the idle and then the busy machine, each (default 5)
#   RESULTS          folder of the runs (default results)
#   MACHINE_ROOT     a folder to read instead of the machine (machine.sh)
set -uo pipefail
export LC_ALL=C # EPOCHREALTIME and awk write a point

if [ $# -gt 0 ] || [[ ! ${DOCTOR_SECONDS:=5} =~ ^[0-9]{1,2}([.][0-9]+)?$ ]]; then
    echo "usage: doctor.sh  (DOCTOR_SECONDS, below 100: length of each of two observations)" >&2
    exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=bench/base/machine.sh
. "$root/bench/base/machine.sh"
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
    # Any user can choose process names: strip control characters for the terminal.
    for field in "$2" "$3" "$why"; do line+=$'\t'${field//[[:cntrl:]]/ }; done
    echo "$line" >> "$scratch/findings"
}
unknown() { found warning "$1" unknown 'cannot be read here' "$2"; } # WHAT DO

above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 > b + 0) }'; } # NUMBER NUMBER

level() { # NUMBER WARNING_ABOVE BAD_ABOVE
    if above "$1" "$3"; then echo bad; elif above "$1" "$2"; then echo warning; else echo ok; fi
}

level_below() { # NUMBER WARNING_BELOW BAD_BELOW
    if above "$3" "$1"; then echo bad; elif above "$2" "$1"; then echo warning; else echo ok; fi
}

is_number() { [[ $1 =~ ^[0-9]+([.][0-9]+)?$ ]]; }

# shellcheck source=bench/doctor/processors.sh
. "$root/bench/doctor/processors.sh"
# shellcheck source=bench/doctor/memory.sh
. "$root/bench/doctor/memory.sh"
# shellcheck source=bench/doctor/limits.sh
. "$root/bench/doctor/limits.sh"
# shellcheck source=bench/doctor/programs.sh
. "$root/bench/doctor/programs.sh"
# shellcheck source=bench/doctor/neighbours.sh
. "$root/bench/doctor/neighbours.sh"
# shellcheck source=bench/doctor/observations.sh
. "$root/bench/doctor/observations.sh"

load
echo "doctor: observes the machine for $(awk -v s="$DOCTOR_SECONDS" 'BEGIN { print 2 * s + 1 }') s; do not use it meanwhile" >&2
observe_idle
overshoot
costs
observe_busy

processors
kinds
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
inherited
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
