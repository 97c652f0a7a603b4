#!/bin/bash -p
# run.sh: runs the test programs (tests/*.c) and the end-to-end tests (tests/*_test.sh) of a build, several at a time, and sums up.
#
# A test's source says in a comment line of its own how it is to be run:
#   Runs alone: REASON    nothing else runs meanwhile
#   Runs in turn: REASON  at most one other of its kind runs meanwhile, for they mostly wait; others do
#   Runs in N parts.      as N processes side by side, each with an argument I/N
# TEST_PROGRAMS and TEST_SCRIPTS name others than all of them, or none; TEST_JOBS is how many run at a time (default: two more
# than there are processors, for most wait most of the time). A program that prints nothing or crashes has failed, and so has
# a test that takes more than TEST_SECONDS (default 300, under a sanitizer 600) and than ten times as long as the last time.
# How long each test took is kept in BUILD/durations.tsv.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
build=${BUILD:-build} SAN=${SAN:-}
durations=$build/durations.tsv
least=${TEST_SECONDS:-$((300 * (${#SAN} > 0 ? 2 : 1)))}
at_once=${TEST_JOBS:-$(($(nproc) + 2))}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'kill -KILL $(jobs -rp) 2> /dev/null; exit 1' INT TERM HUP # their tests are ended by setpriv
touch "$durations" || exit 1

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }

# ---- one job --------------------------------------------------------------------------------------------------------
# Notes how long the test took that ends now, in milliseconds.
took() { # NAME
    local now=${EPOCHREALTIME/[.,]/}
    printf '%s\t%s\t%s\n' "$program" "$1" $(((now - since) / 1000)) >> "$times"
    since=$now last=$1 current=
}

# Follows what the test says and keeps it in the log. Fails if it is silent for too long.
follow() {
    local line limit=$least left got
    while :; do
        left=$((limit - (${EPOCHREALTIME/[.,]/} - since) / 1000000))
        IFS= read -r -t $((left > 0 ? left : 1)) line <&9
        got=$?
        if [ $got -gt 128 ]; then
            echo "HANGS: ${current:-after ${last:-its start}}: more than $limit s"
            return 1
        fi
        [ $got -eq 0 ] || [ -n "$line" ] || return 0
        printf '%s\n' "$line"
        case $line in
            '[ RUN      ] '*)
                current=${line#*] } since=${EPOCHREALTIME/[.,]/}
                limit=$((10 * ${before[$current]:-0} / 1000))
                ;;
            '[       OK ] '* | '[  FAILED  ] '* | '[  SKIPPED ] '*) [ "${line#*] }" != "$current" ] || took "$current" ;;
            'ok '*) [ -n "$current" ] || took "${line#ok }" ;;
        esac
        limit=$((limit > least ? limit : least))
    done
}

count() { sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$log" | awk '{ sum += $1 } END { print sum + 0 }'; }

# A log without the tests of cmocka that passed.
failures() { # LOG
    awk '
        /^\[ RUN      \] / { held = $0; holds = 1; next }
        !holds { print; next }
        /^\[       OK \] |^\[  SKIPPED \] / { holds = 0; next }
        { held = held "\n" $0 }
        /^\[  FAILED  \] / { print held; holds = 0 }
        END { if (holds) print held }' "$1"
}

# Of what the job waited for: what the shell's children had used before and after it, each in the second line of times.
cpu_seconds() { awk 'NR % 2 == 0 { split($1 " " $2, t, /[ms]/); before = now; now = 60 * (t[1] + t[3]) + t[2] + t[4] } END { printf "%.0f", now - before }' "$log.cpu"; }

report() { # STATUS
    local good bad omitted seconds=$((($(now_us) - begun) / 1000000))
    good=$(count PASSED) bad=$(count FAILED) omitted=$(count SKIPPED)
    if [ "$bad" -eq 0 ] && { [ "$1" -ne 0 ] || [ $((good + omitted)) -eq 0 ]; }; then
        bad=1
    fi
    echo "$good $bad $omitted" > "$log.counts"
    if [ "$bad" -gt 0 ]; then
        failures "$log"
        echo "FAILED $test${part:+ $part} (status $1)"
    else
        echo "ok $test${part:+ $part}: $good passed, $omitted skipped, $seconds s, $(cpu_seconds) s of CPU time"
        grep -E '^(skipped|exception):' "$log"
    fi
}

# What runs alone has the lock to itself, the others share it.
run() { # TEST PART HOW
    local test=$1 part=$2 program=${1##*/} log=$work/${1##*/}_${2%/*} current='' last='' status begun since
    local times=$log.times
    local -A before=()
    while IFS=$'\t' read -r _ name ms; do
        before[$name]=$ms
    done < <(grep -- "^$program"$'\t' "$durations")
    times > "$log.cpu"
    exec 8>> build/tests.lock && flock "$3" 8 || exit 1
    begun=$(now_us) since=$begun
    exec 9< <(exec setpriv --pdeathsig TERM timeout --kill-after=10 3600 "$test" ${part:+"$part"} 2>&1 8>&-)
    if follow > "$log"; then
        wait $!
        status=$?
    else
        kill -TERM $!
        wait $!
        status=124
    fi
    exec 8>&-
    times >> "$log.cpu"
    {
        flock 7
        report $status
    } 7>> "$work/output.lock"
}

# ---- all of them ----------------------------------------------------------------------------------------------------
# One line per job: how it locks (-t: as -s, in turn), how long it took last (most first; what runs alone comes last), the test
# and its part. Of what has not run yet, scripts count as the longest, then parts: one of the long ones would be alone at the end.
plan() {
    local test source parts how i
    for test; do
        source=$test
        [[ $test == *.sh ]] || source=tests/${test##*/}.c
        parts=$(sed -nE 's/^(\/\/|#) Runs in ([0-9]+) parts\.$/\2/p' "$source")
        how=-s
        ! grep -qE '^(//|#) Runs in turn: ' "$source" || how=-t
        ! grep -qE '^(//|#) Runs alone: ' "$source" || how=-x
        for ((i = 1; i <= ${parts:-1}; i++)); do
            printf '%s\t%s\t%s\t%s\n' $how "$(awk -F '\t' -v program="${test##*/}" -v parts="${parts:-1}" \
                '$1 == program { sum += $3 } END { print (sum ? int(sum / parts) : program ~ /\.sh$/ ? 2 : parts > 1) }' "$durations")" "$test" "${parts:+$i/$parts}"
        done
    done | sort -t $'\t' -k 1,1 -k 2,2nr -s
}

tests=()
# shellcheck disable=SC2086  # several words, or a pattern
for name in ${TEST_PROGRAMS-$(basename -s .c tests/*.c)}; do tests+=("$build/tests/${name##*/}"); done
# shellcheck disable=SC2086
for name in ${TEST_SCRIPTS-tests/*_test.sh}; do tests+=("$name"); done
for test in "${tests[@]}"; do
    if [ ! -f "$test" ] || [ ! -x "$test" ]; then
        echo "run.sh: no test $test" >&2
        exit 2
    fi
done

in_turn() {
    local test part
    while IFS=$'\t' read -r _ _ test part; do run "$test" "$part" -s < /dev/null; done
}
planned=$(plan "${tests[@]}")
chains=()
for first in 1 2; do
    in_turn < <(grep '^-t' <<< "$planned" | sed -n "$first~2p") &
    chains+=(-e $!)
done
others() { jobs -rp | grep -cvx "${chains[@]}"; }
while IFS=$'\t' read -r how _ test part; do
    while [ "$(others)" -ge "$at_once" ]; do wait -n; done
    run "$test" "$part" "$how" < /dev/null &
done < <(grep -v '^-t' <<< "$planned")
wait

# ---- how long they took -----------------------------------------------------------------------------------------------
cat "$work"/*.times > "$work/times" 2> /dev/null
awk -F '\t' '
    NR == FNR { before[$1 FS $2] = $3; next }
    ($1 FS $2) in before && $3 > 2 * before[$1 FS $2] && $3 > before[$1 FS $2] + 2000 {
        printf "slower than the last time: %s: %s: %.1f s instead of %.1f s\n", $1, $2, $3 / 1000, before[$1 FS $2] / 1000
    }' "$durations" "$work/times"
echo 'the slowest tests:'
sort -t $'\t' -k 3,3nr "$work/times" | head -n 10 | awk -F '\t' '{ printf "%7.1f s  %s: %s\n", $3 / 1000, $1, $2 }'
awk -F '\t' '!(($1 FS $2) in seen) { seen[$1 FS $2]; print }' "$work/times" "$durations" > "$work/merged" && cp "$work/merged" "$durations"

read -r passed failed skipped < <(cat "$work"/*.counts /dev/null | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
