#!/bin/bash -p
# load_test.sh: open loops through the whole line: loads at fractions of a capacity and at rates, beyond what a server can do,
# too; servers with a bound in an overload; the search for the highest rate; raw latencies that are kept, cut off, compressed, and merged.
#
# Needs a built build/. The questions are its own, plots and report those of the repository.
# Runs in turn: it measures.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
asked=$work/asked
own_questions "$asked"

ask() { # NAME KEY_AND_VALUE...: an experiment
    printf '%s\n' "title Asked" "question Which?" "connections 4" "requests 0" "bytes 64" "window_s 0.1" "warmup_s 0.02" \
        "per request" "baseline epoll" "${@:2}" > "$asked/bench/questions/experiments/$1.conf"
}
both=('models epoll fork' 'headline fork') one=('models epoll' 'headline epoll')

ask load "${one[@]}" 'type load' 'timeout_s 2' 'vary fraction 20 70' 'metric latency_p50_us' 'also latency_p99_us latency_p99_9_us offered_per_s capacity_per_s'
# What is beyond the capacity is waited for until it times out.
ask rates "${both[@]}" 'type load' 'timeout_s 0.3' 'vary rate 2000 1000000' 'metric latency_p50_us' 'also achieved_per_s offered_per_s unsent_share'
ask searched "${one[@]}" 'type slo_rate' 'timeout_s 2' 'vary limit_ms 1900' 'metric slo_rate_per_s' 'also capacity_per_s'
ask served "${one[@]}" 'type serve' 'rate 1000' 'metric latency_p50_us' 'also latency_p99_us'
ask tail "${one[@]}" 'type load' 'rate 5000' 'metric latency_p99_us' 'also latency_p50_us'
ask share "${one[@]}" 'type load' 'fraction 5' 'metric latency_p99_us'
ask few "${one[@]}" 'type load' 'rate 1000' 'metric latency_p50_us' 'also latency_p99_us'
# The servers have room for 4 of 32 connections.
ask over 'type overload' 'timeout_s 0.3' 'fraction 400' 'limit_ms 10' 'variant fork+bound fork --max-children 4' \
    'variant fork+refusing fork --refuse-beyond 4' 'models fork+bound fork+refusing' 'metric recovery_s' \
    'also lost_share refused_share achieved_per_s'
sed -i 's/^connections .*/connections 32/; s/^requests .*/requests 1/; s/^baseline .*/baseline fork+bound/; $a headline fork+refusing' \
    "$asked/bench/questions/experiments/over.conf"
check 'open loops: the run ends well' runs asked RUN=open BUDGET=0
open=$results/open
trials=$open/trials.tsv
# If other processes use the CPUs, no request may be served in such a short time: that trial is rightly not used.
ok_or_starved() { ! column "$trials" status | grep -v '^ok$\|^no usable capacity: 0 echoes per s, 0 errors$\|^no echoes$\|^p99 exceeds the limit even at [0-9]* requests per s$'; }
check 'open loops: every trial is ok' ok_or_starved

# ---- what is offered ------------------------------------------------------------------------------------------------
offered_as_asked() { # within what the driver rounds
    paste <(value "$trials" x experiment=load status=ok) <(value "$trials" offered_per_s experiment=load status=ok) \
        <(value "$trials" capacity_per_s experiment=load status=ok) |
        awk '{ e = $1 / 100 * $3; if ($2 < e * 0.999 || $2 > e * 1.001) { print $2 " is not " $1 " % of " $3; bad = 1 } } END { exit bad || NR < 6 }'
}
check 'fraction: is one of the own capacity' offered_as_asked
check 'rate: is offered as it stands' equals 'rates' "$(value "$trials" offered_per_s experiment=rates x=2000 | sort -u)" 2000

beyond() {
    paste <(value "$trials" achieved_per_s experiment=rates x=1000000) <(value "$trials" latency_p50_us experiment=rates x=1000000) |
        awk '{ if ($1 > 7e5 || $2 < 20000) { print $1 " answered per s, the median after " $2 " us"; bad = 1 } } END { exit bad || NR < 6 }'
}
check 'beyond the capacity: latencies grow, and the trial counts' beyond
refused_share() { value "$trials" refused_share experiment=over model="$1" status=ok; } # MODEL
# A capacity that was measured low, beside other processes, is no overload, and nothing is refused then.
refused_by_one() {
    equals 'refused where the others wait' "$(refused_share fork+bound | sort -u)" 0
    paste <(refused_share fork+refusing) <(value "$trials" lost_share experiment=over model=fork+refusing status=ok) |
        awk '{ seen = seen || $1 > 0; if ($1 > $2) { print $1 " refused, " $2 " lost"; bad = 1 } } END { exit bad || !seen }'
}
check 'overload: what is refused is a part of what is lost, and no fault' refused_by_one
highest_rate_found() {
    paste <(value "$trials" slo_rate_per_s experiment=searched status=ok) <(value "$trials" capacity_per_s experiment=searched status=ok) |
        awk '{ if (!($1 > 500 && $1 < 3 * $2)) { print "kept " $1 ", capacity " $2; bad = 1 } } END { exit bad || NR < 1 }'
}
check 'slo_rate: a rate up to about the capacity' highest_rate_found

# ---- raw latencies --------------------------------------------------------------------------------------------------
lines_of() { column "$1/latency.tsv" trial | sort -u; } # RUN
open_ones() { # RUN KEY=VALUE...
    local experiment
    for experiment in load rates served tail share few; do value "$1/trials.tsv" trial "experiment=$experiment" "${@:2}"; done | sort
}
kept() { # of each trial in open loop that can be used, and of no other: RUN
    equals 'without latencies' "$(comm -13 <(lines_of "$1") <(open_ones "$1" status=ok) | paste -sd ' ')" '' &&
        equals 'with latencies' "$(comm -23 <(lines_of "$1") <(open_ones "$1") | paste -sd ' ')" ''
}
check 'latencies: of every trial in open loop' kept "$open"

# A percentile once more, from all lines of a cell.
merged() { # EXPERIMENT MODEL X PERCENT
    awk -F '\t' -v e="$1" -v m="$2" -v x="$3" -v percent="$4" '
        function highest(slot,   shift) {
            shift = slot < 1024 ? 0 : int(slot / 1024) - 1
            return (slot - shift * 1024 + 1) * 2 ^ shift - 1
        }
        FNR == NR { if (FNR == 1) for (i = 1; i <= NF; i++) at[$i] = i; else if ($(at["experiment"]) == e && $(at["model"]) == m && $(at["x"]) == x) mine[$1] = 1; next }
        $1 in mine {
            n = split($2, word, " "); slot = 0
            if (word[4] > max) max = word[4]
            for (i = 5; i <= n; i++) { split(word[i], part, ":"); slot += part[1]; c = part[2] == "" ? 1 : part[2]; count[slot] += c; all += c }
        }
        END {
            rank = all * percent / 100; if (rank > int(rank)) rank = int(rank) + 1
            for (slot = 0; seen < rank; slot++) seen += count[slot]
            value = highest(slot - 1)
            printf "%.6g\n", (value > max ? max : value) / 1000
        }' "$trials" "$open/latency.tsv"
}
merged_as_summarized() { # but for those that have too few values
    local x said
    for x in 20 70; do
        said=$(value "$open/summary.tsv" median experiment=load metric=latency_p99_9_us x=$x)
        [ "$said" = - ] || equals "p99.9 at $x" "$said" "$(merged load epoll $x 99.9)" || return 1
        equals "the median at $x" "$(value "$open/distribution.tsv" latency_us experiment=load x=$x percentile=50)" \
            "$(merged load epoll $x 50)" || return 1
    done
}
check 'p99.9 and distribution: those of the merged histograms' merged_as_summarized
typical_as_summarized() { # three windows: the middle one
    local metric
    for metric in p50 p99; do
        equals "$metric" "$(value "$open/summary.tsv" median experiment=tail metric=latency_${metric}_us)" \
            "$(value "$trials" latency_${metric}_us experiment=tail | sort -g | awk '{ v[NR] = $1 } END { printf "%.6g", v[2] }')" || return 1
    done
}
check 'median and p99: those of the middle window' typical_as_summarized
# 0.1 s at 5000 per s has five requests beyond a p99, 0.4 s has twenty.
long_enough() {
    equals 'windows' "$(value "$trials" window_s experiment=tail | awk '{ printf "%.1f\n", $1 }' | sort -u)" 0.4
    equals 'a load' "$(value "$open/cells.tsv" load experiment=tail | grep -o 'window_s=[^ ]*\|percentile=[^ ]*' | paste -sd ' ')" 'window_s=0.4 percentile=99'
    value "$trials" window_s experiment=share status=ok | awk '$1 < 0.11 || $1 > 2.01 { print "a window of " $1 " s"; bad = 1 } END { exit bad || NR < 1 }'
}
check 'windows: as long as the percentile needs' long_enough
check 'report: an open loop by its name' says <(shown "$open" 'q("load").conditions') 'open loop, 4 connections at a time'
check 'report: no closed loop' equals 'titles with one' "$(shown "$open" '.questions.groups[].questions[].table.columns[].title' | grep -c 'closed loop')" 0
check 'plots: the question of the repository is drawn' test -s "$open/plots/load.svg"
check 'verify: all of it can be made again' "$repo/bench/report/verify.sh" "$open"

cp -r "$open" "$results/packed"
xz "$results/packed/latency.tsv"
analyse "$results/packed"
check 'compressed: the same summary' cmp "$open/summary.tsv" "$results/packed/summary.tsv"
check 'compressed: the same distribution' cmp "$open/distribution.tsv" "$results/packed/distribution.tsv"

# ---- interrupted ----------------------------------------------------------------------------------------------------
# As after a kill: the last line of a trial is whole, but its row is not there; then the line is cut off, too.
last=$(tail -n 1 "$open/latency.tsv" | cut -f 1)
IFS=$'\t' read -r _ _ experiment model x _ < <(awk -F '\t' -v last="$last" '$1 == last' "$trials")
awk -F '\t' -v last="$last" 'NR == 1 || $1 < last' "$trials" > "$work/kept" && cp "$work/kept" "$trials"
analyse "$open"
check 'a line without a row: is nothing' equals 'its blocks' \
    "$(value "$open/summary.tsv" n "experiment=$experiment" "model=$model" "x=$x" | head -n 1)" 2
truncate -s -10 "$open/latency.tsv"
refuses 'a cut line: analyse' 1 'latency.tsv: truncated' analyse "$open"
check 'a cut line: the run goes on to its end' runs asked RUN=open BUDGET=0
check 'a cut line: latencies of every trial' kept "$open"
check 'a cut line: all are read' merged_as_summarized

# ---- too few --------------------------------------------------------------------------------------------------------
few() { # 0.1 s at 1000 per s, three times: some 300 requests
    equals 'the note' "$(value "$open/summary.tsv" note experiment=few metric=latency_p99_us model=epoll)" 'no valid trial: too few requests for such a percentile'
}
check 'too few: no percentile' few
served() { value "$open/trials.tsv" trial experiment=served status=ok | sort | comm -23 - <(lines_of "$open") | { ! grep .; }; }
check 'serve: keeps the latencies of an open loop, too' served
check 'nothing is left running' nothing_left asked

sed -i '3s/h1 /h1 1/' "$open/latency.tsv"
refuses 'a digit more: analyse' 1 'latency.tsv:3: damaged row' analyse "$open"
verdict
