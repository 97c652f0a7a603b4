# shellcheck shell=bash disable=SC2154
# observations.sh: observations that take seconds: the idle and the busy machine, timer delays, and
# what kernel operations cost. Sourced by doctor.sh.

ticks() { # one line per process: pid, parent, name, CPU time
    cat "$machine"/proc/[0-9]*/stat 2>/dev/null |
        awk '{ name = $0; sub(/^[^(]*\(/, "", name); sub(/\) [^)]*$/, "", name); gsub(/[ \t]/, "_", name)
            rest = $0; if (!sub(/^.*\) /, "", rest)) next; split(rest, field, " "); print $1, field[2], name, field[12] + field[13] }'
}

# For each allowed CPU, between two copies of /proc/stat: number, busy share, stolen share.
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

observe_idle() {
    ticks > "$scratch/ticks_before"
    cp "$machine/proc/stat" "$scratch/stat_before" 2>/dev/null
    sleep "$DOCTOR_SECONDS"
    cp "$machine/proc/stat" "$scratch/stat_after" 2>/dev/null
    ticks > "$scratch/ticks_after"
    shares "$scratch/stat_before" "$scratch/stat_after" > "$scratch/idle"
}

# CPU use by process. The rest was used by processes that started and ended in between.
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
    found "$(level "$used" 0.05 0.3)" 'other processes' "$used of $(wc -l < "$scratch/idle") CPUs" \
        "used while the doctor waited ${DOCTOR_SECONDS} s${names:+, by $names}" 'they slow down the trials: end them or wait'
}

spin() { # CPU: a busy loop there; prints how long it was not running, and the longest gap
    taskset -pc "$1" $BASHPID > /dev/null 2>&1 || return 0
    local now last=${EPOCHREALTIME/./} gap longest=0 lost=0 begin
    begin=$last
    local end=$((begin + $(awk -v s="$DOCTOR_SECONDS" 'BEGIN { printf "%d", s * 1e6 }')))
    while ((last < end)); do
        now=${EPOCHREALTIME/./}
        gap=$((now - last))
        # An iteration takes some microseconds; ignore interrupts, count gaps.
        if ((gap > 100)); then
            lost=$((lost + gap))
            if ((gap > longest)); then longest=$gap; fi
        fi
        last=$now
    done
    echo "$1 $lost $((last - begin)) $longest"
}

observe_busy() {
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
            'of the time of the worst CPU, taken by the host for other guests' 'try another time of day, another instance, dedicated cores'
    else
        unknown stolen 'look at st in top'
    fi

    read -r lost longest <<< "$(cat "$scratch"/spin.* | awk '
        $3 > 0 { if ($2 / $3 > share) share = $2 / $3; if ($4 > most) most = $4; n++ }
        END { if (n) printf "%.1f %.1f", 100 * share, most / 1000 }')"
    if [ -n "$lost" ]; then
        found "$(level "$lost" 1 10)" interruptions "$lost %, longest $longest ms" \
            'of the time of a busy loop on the worst CPU, taken by other processes or the host; a trial there loses as much' 'see other processes and stolen'
    else
        unknown interruptions 'no busy loop could be pinned to a CPU (taskset)'
    fi
}

# What kernel operations cost (costs.c), beside the machines known. It is measured here even if MACHINE_ROOT is another machine.
costs() {
    local program=$root/${BUILD:-build}/bench/doctor/costs level what value why advice
    if [ ! -x "$program" ]; then
        found ok costs 'not built yet' 'after make, the doctor measures a fork, a page fault and a system call'
    elif ! "$program" > "$scratch/costs" 2> "$scratch/error"; then
        found warning costs unknown "$(head -n 1 "$scratch/error")" 'a run needs what failed here'
    else
        while IFS=$'\t' read -r level what value why advice; do
            found "$level" "$what" "$value" "$why" "$advice"
        done < <(awk -f "$root/bench/doctor/costs.awk" "$root/bench/doctor/machines.tsv" "$scratch/costs")
    fi
}

# The shell's timer: it has the default slack of 50 us, and reading the clock takes some microseconds.
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
    found "$(level "$high" 500 5000)" 'timer overshoot' "median $middle us, p95 $high us" \
        'delay of a sleep of 1 ms (about 60 us is usual); scheduled requests are sent that much late' 'see halts, other processes and stolen'
}
