#!/bin/bash -p
# judge_test.sh: what is concluded from a run: verdicts on claims, the model chooser, sentences to cite, packed runs.
#
# Needs a built build/. Nothing is measured: the run is one of programs of which it is known which takes longer.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
asked=$work/asked
own_questions "$asked"
question() { # NAME KEY_AND_VALUE...
    printf '%s\n' 'title Naps' 'question Which?' 'type time' 'programs bench/micro/spawn' 'per nap' 'metric wall_us_per_operation' 'also cpu_us_per_operation' \
        'counts 5 25' "${@:2}" > "$asked/bench/questions/experiments/$1.conf"
}
sleepers=('models sleeper again longer restless' 'outside sleeper sleep' 'outside again sleep' 'outside longer sleep' 'outside restless sleep' 'baseline sleeper')
question naps "${sleepers[@]}" 'headline longer'
question rare "${sleepers[@]}" 'headline again'
question grid 'models fork vfork posix_spawn pthread' 'baseline fork' 'headline vfork'
question lost 'models fork vfork pthread' 'baseline fork' 'headline vfork'
question more 'models fork vfork' 'baseline fork' 'headline vfork'
sed -i 's/^metric .*/metric faults/' "$asked/bench/questions/experiments/lost.conf"
sed -i 's/^metric .*/metric echoes_per_s/' "$asked/bench/questions/experiments/more.conf"
question ways 'models fork vfork' 'baseline fork' 'headline vfork'
planned() {
    fixture asked naps 12 << 'END'
* * * cpu_us_per_operation 20
* sleeper * wall_us_per_operation 2000
* restless * wall_us_per_operation 1500 2600 2000 1700 2900 2300
* again * wall_us_per_operation 2000 2010 1990
* longer * wall_us_per_operation 7700 8150 8000 7850 8300 8050 7950
* fork * wall_us_per_operation 200
* vfork * wall_us_per_operation 50
grid fork * wall_us_per_operation 2000
grid vfork * wall_us_per_operation 2000 2010 1990
grid posix_spawn * wall_us_per_operation 2060
grid pthread * wall_us_per_operation 7700 8150 8000 7850 8300 8050 7950
lost * * faults 0
lost pthread * faults 15
more fork * echoes_per_s 100 101
more vfork * echoes_per_s 50 51
rare longer * wall_us_per_operation 8000 - - - - - - - - - - -
END
}
check 'a run: with known numbers' planned
naps=$results/naps
check 'a run: is concluded' "$repo/bench/conclude.sh" "$naps"
known() {
    equals 'the median of again' "$(value "$naps/summary.tsv" median experiment=naps model=again metric=wall_us_per_operation)" 2000 &&
        equals 'vfork to fork' "$(value "$naps/summary.tsv" ratio experiment=ways model=vfork metric=wall_us_per_operation)" 0.25
}
check 'a run: its summary has the known numbers' known
check 'a run: has verdicts and a chooser' test -s "$naps/verdicts.tsv" -a -s "$naps/chooser.tsv"

# ---- verdicts ---------------------------------------------------------------------------------------------------------
questions=$work/questions claims=$work/questions/claims
mkdir -p "$claims" "$questions/situations"
ln -s "$asked/bench/questions/experiments" "$questions"
with_these() { "$build/bench/report/report" "$questions" "$results/$1"; } # RUN: its report.json
situation() { printf '%s\n' "place $1" "experiment $2" "x $3" "sentence $4" > "$questions/situations/$4.conf"; } # PLACE EXPERIMENT X NAME
situation 4 ways - making
situation 5 grid - dozing
situation 6 lost - losing
situation 7 more - gaining
situation 3 rare - rare
situation 2 ways 7 elsewhere
situation 1 nowhere - nothing
claim() { # NAME CONDITION...
    {
        printf '%s\n' "claim $1 is so." 'source A book' "refuted_by something else than $1"
        printf 'holds_if %s\n' "${@:2}"
    } > "$claims/$1.conf"
}
middle=$(value "$naps/summary.tsv" ratio experiment=naps metric=wall_us_per_operation model=longer)
claim true 'naps:longer / naps:sleeper > 1.5'
claim false 'naps:longer / naps:sleeper < 1.5'
claim undecided "naps:longer / naps:sleeper > $middle"
claim few 'rare:longer / rare:sleeper > 1.5'
claim value 'naps:longer > 1000'
claim both 'naps:longer / naps:sleeper > 1.5' 'naps:sleeper / naps:longer > 1.5'
claim partly 'naps:longer / naps:sleeper > 1.5' "naps:longer / naps:sleeper > $middle"
claim alike 'naps:again / naps:sleeper > 1' 'naps:longer / naps:sleeper > 1.5'
claim alike_but_refuted 'naps:again / naps:sleeper < 1' 'naps:longer / naps:sleeper < 1.5'
claim bound 'naps:again / naps:sleeper > 1.001'
claim restless 'naps:restless / naps:sleeper > 1'
claim elsewhere 'nowhere:longer > 1'
claim nobody 'naps:nobody > 1'
claim unmeasured 'naps:longer:echoes_per_s > 1'
judge() { "$build/bench/analyse/analyse" "$questions" "$naps"; }
check 'judge: ends well' judge
gets() { # CLAIM VERDICT [NOTE]
    equals "the verdict" "$(value "$naps/verdicts.tsv" verdict "claim=$1" | sort -u)" "$2" &&
        { [ $# -lt 3 ] || says <(value "$naps/verdicts.tsv" note "claim=$1") "$3"; }
}
check 'judge: holds' gets true holds
check 'judge: does not hold' gets false 'does not hold'
check 'judge: undecided: the interval' gets undecided 'undecided' 'the interval reaches to both sides'
check 'judge: undecided: too few blocks' gets few 'undecided' 'few'
check 'judge: a value' gets value holds
check 'judge: one of two conditions is refuted' gets both 'does not hold'
check 'judge: one of two conditions is not decided' gets partly 'undecided'
check 'judge: about the same, by the 90 % interval' gets alike 'same within 10 %' 'the 90 % interval, 0.99'
check 'judge: about the same: within what' equals 'same_within' "$(value "$naps/verdicts.tsv" same_within claim=alike | head -n 1 | cut -c 1-2)" 0.
check 'judge: what compares the same may be refuted by another condition' gets alike_but_refuted 'does not hold' 'the 90 % interval'
check 'judge: only a bound of 1 asks whether two are the same' gets bound undecided 'the interval reaches to both sides of 1.001'
check 'judge: undecided: an interval of 1' gets restless undecided 'the interval reaches to both sides of 1'
# Blocks of two trials of 0.1 s each. The least p-value of so many undecided ones decides; or being the same.
needs_blocks() {
    local ratio low high low_90 high_90 needed
    read -r ratio low high low_90 high_90 < <(for column in ratio ratio_low ratio_high ratio_low_90 ratio_high_90; do
        value "$naps/summary.tsv" "$column" experiment=naps model=restless metric=wall_us_per_operation
    done | paste -sd ' ')
    needed=$(awk -v v="$ratio" -v low="$low" -v high="$high" -v low_90="$low_90" -v high_90="$high_90" 'BEGIN {
        d = log(v) < 0 ? -log(v) : log(v)
        z = 2.638257 / 1.959964 # one of six that are undecided
        different = (z * log(high / low) / 2 / d) ^ 2; same = (log(high_90 / low_90) / 2 / (log(1.1) - d)) ^ 2
        times = 1.3 * (d < log(1.1) && same < different ? same : different)
        n = 12 * times; print n == int(n) ? n : int(n) + 1 }')
    echo "ratio $ratio ($low to $high; $low_90 to $high_90) needs $needed"
    equals 'blocks' "$(value "$naps/verdicts.tsv" blocks_needed claim=restless)" "$needed" &&
        equals 'minutes' "$(value "$naps/verdicts.tsv" minutes claim=restless)" "$(awk -v n="$needed" 'BEGIN { printf "%.6g\n", (n - 12) * 0.2 / 60 }')"
}
check 'judge: undecided: the blocks that would decide it' needs_blocks
check 'judge: a verdict needs no more blocks' equals 'blocks' "$(value "$naps/verdicts.tsv" blocks_needed claim=true)" -
check 'judge: not measured: the question' gets elsewhere 'not measured' 'nowhere is not in this run'
check 'judge: not measured: the model' gets nobody 'not measured' 'nobody is not in this run'
check 'judge: not measured: the metric' gets unmeasured 'not measured'

ratio_is_the_summarys() { # paired within blocks, with the same interval
    local column
    for column in value:ratio low:ratio_low high:ratio_high; do
        equals "${column%:*}" "$(value "$naps/verdicts.tsv" "${column%:*}" claim=true)" \
            "$(value "$naps/summary.tsv" "${column#*:}" experiment=naps metric=wall_us_per_operation model=longer)" || return 1
    done
}
check 'judge: a ratio to the baseline is the one of the summary' ratio_is_the_summarys

# Just below the interval: so alone, and no more among many that say nothing.
narrow=$work/narrow
mkdir -p "$narrow/claims"
cp -r "$questions/situations" "$narrow"
edge=$(value "$naps/summary.tsv" ratio_low experiment=naps metric=wall_us_per_operation model=longer | awk '{ printf "%.6g\n", 0.9995 * $1 }')
printf '%s\n' 'claim It is so.' 'source A book' 'refuted_by nothing' "holds_if naps:longer / naps:sleeper > $edge" > "$narrow/claims/edge.conf"
check 'judge: one claim alone' "$build/bench/analyse/analyse" "$narrow" "$naps"
check 'judge: alone it holds' gets edge holds
for other in 1 2 3 4 5; do sed "s/> .*/> $middle/" "$narrow/claims/edge.conf" > "$narrow/claims/other$other.conf"; done
check 'judge: one claim among many' "$build/bench/analyse/analyse" "$narrow" "$naps"
check 'judge: among many it is undecided' gets edge 'undecided' 'not shown among 6 comparisons of claims'
judge

# What makes its trials so, makes a number suspect or invalid.
doubted() { # RUN MODEL VALUES
    fixture asked "$1" 12 << END && "$build/bench/analyse/analyse" "$questions" "$results/$1"
* * * cpu_us_per_operation 20
* * * wall_us_per_operation 2000 2010 1990
* longer * wall_us_per_operation 7700 8150 8000 7850 8300 8050 7950
* $2 * $3
grid pthread * $3
END
}
gets_in() { # RUN CLAIM VERDICT NOTE
    equals "the verdict" "$(value "$results/$1/verdicts.tsv" verdict "claim=$2" | sort -u)" "$3" && says <(value "$results/$1/verdicts.tsv" note "claim=$2") "$4"
}
check 'judge: a run with suspect trials' doubted suspicious longer 'stolen_share 0.5'
check 'judge: its report' with_these suspicious
check 'judge: nothing rests on a suspect number' gets_in suspicious true undecided 'longer is suspect: steal'
verdict_of() { value "$results/$1/summary.tsv" verdict experiment=naps "model=$2" metric=wall_us_per_operation; } # RUN MODEL
check 'summary: different' equals 'the verdict' "$(verdict_of naps longer)" different
check 'summary: the same' equals 'the verdict' "$(verdict_of naps again)" same
check 'summary: undecided' equals 'the verdict' "$(verdict_of naps restless)" undecided
check 'summary: the baseline has no verdict' equals 'the verdict' "$(verdict_of naps sleeper)" -
check 'summary: a suspect number has none' equals 'the verdict' "$(verdict_of suspicious longer)" -
check 'summary: others have one beside it' equals 'the verdict' "$(verdict_of suspicious again)" same
check 'summary: a run with a suspect baseline' doubted baseless sleeper 'stolen_share 0.5'
check 'summary: a number with a suspect baseline has none' equals 'the verdict' "$(verdict_of baseless longer)" -
need_is_whole() { # blocks of two trials of 0.1 s; more than there are, and at most 30 times as many
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } {
        n = $at["blocks_needed"]; wanted = $at["verdict"] == "undecided"; seen += wanted
        if (wanted != (n != "-") || wanted && (n < 1.3 * 12 || n > 360 || $at["minutes"] - (n - 12) * 0.2 / 60 > 1e-6)) { print; bad = 1 }
    } END { exit bad || !seen }' "$naps/summary.tsv"
}
check 'summary: what is undecided needs more blocks, and nothing else does' need_is_whole
cite=$build/bench/report/cite
refuses 'cite: a suspect number' 1 'naps.longer: suspect: steal' "$cite" "$results/suspicious" naps.longer
check 'judge: a run with invalid trials' doubted unusable longer 'errors 1'
check 'judge: its report, too' with_these unusable
check 'judge: nothing is refuted by an invalid number' gets_in unusable false undecided 'longer is invalid: no valid trial: errors'
refuses 'cite: an invalid number' 1 'naps.longer: ' "$cite" "$results/unusable" naps.longer

refuses 'judge: usage' 2 'usage: analyse' "$build/bench/analyse/analyse" "$naps"
refuses 'judge: no claims' 1 'no claims in' "$build/bench/analyse/analyse" "$work/nowhere" "$naps"
claim wrong 'naps:longer is larger'
refuses 'judge: no condition' 1 "wrong: 'naps:longer is larger' is not a condition" judge
rm "$claims/wrong.conf"

# ---- the suite's own claims and situations ------------------------------------------------------------------------------
each_claim_is_whole() {
    local key confs=("$repo"/bench/questions/claims/*.conf)
    for key in claim source holds_if refuted_by; do
        ! grep -L "^$key [[:blank:]]*[^[:blank:]]" "${confs[@]}" | sed "s/$/ has no $key/" | grep . || return 1
    done
    [ ${#confs[@]} -ge 18 ]
}
check 'claims: each has a source and what would refute it' each_claim_is_whole
# What a claim asks must be a cell that the suite's questions have: a model that takes part, and an x that is planned.
asks_what_there_is() { # a question that is not there yet is "not measured"
    awk '
        { file = FILENAME; sub(/.*\//, "", file); sub(/\.conf$/, "", file) }
        FILENAME ~ /\/experiments\// { is_there[file] = 1 }
        FILENAME ~ /\/experiments\// && /^(models|variant|vary) / {
            has_models[file] = has_models[file] || $1 == "models"
            for (i = 2; i <= NF; i++) has[file, $1 == "vary" ? "x" : "model", $i] = 1
        }
        /^holds_if / {
            for (i = 2; i <= NF; i++) {
                if (split($i, part, ":") < 2 || !(part[1] in is_there)) continue
                stem = part[1]
                model = substr($i, length(stem) + 2)
                x = ""
                if (at = index(model, "@")) { x = substr(model, at + 1); model = substr(model, 1, at - 1) }
                if (x !~ /^[a-z]+:[0-9]/) sub(/:.*/, "", x)
                sub(/:.*/, "", model)
                cells++
                if (has_models[stem] && !((stem, "model", model) in has)) { print $i ": " stem " has no " model; bad = 1 }
                if (x != "" && !((stem, "x", x) in has)) { print $i ": " stem " has no " x; bad = 1 }
            }
        }
        END { if (cells < 50) print "only " cells " cells"; exit bad || cells < 50 }' "$repo"/bench/questions/{experiments,claims}/*.conf
}
check 'claims: ask for cells that there are' asks_what_there_is

# ---- the chooser --------------------------------------------------------------------------------------------------------
check 'choose: in the order of their places' equals 'the situations' "$(column "$naps/chooser.tsv" situation | uniq | paste -sd ' ')" 'nothing elsewhere rare making dozing losing gaining'
place() { value "$naps/chooser.tsv" place "experiment=ways" "model=$1"; }
check 'choose: the cheapest is best' equals 'the place of vfork' "$(place vfork)" best
check 'choose: the others are placed, too' equals 'the place of fork' "$(place fork)" worse
grid() { value "$naps/chooser.tsv" "$1" experiment=grid "model=$2"; }
check 'choose: of equal ones each may be the best' equals 'the places' "$(grid place fork), $(grid place vfork)" 'may be the best, may be the best'
check 'choose: worse, but not by much' equals 'the place' "$(grid place posix_spawn)" 'same within 10 %'
check 'choose: the best first' equals 'the models' "$(grep -P '\tgrid\t' "$naps/chooser.tsv" | cut -f 6 | tail -n 2 | paste -sd ' ')" 'posix_spawn pthread'
check 'choose: no model is better than the best' equals 'the intervals' "$(grid ratio_low fork), $(grid ratio_low vfork)" '1, 1'
four_times() { awk -v low="$(grid ratio_low pthread)" -v high="$(grid ratio_high pthread)" 'BEGIN { exit !(3.5 < low && low < 4 && 4 < high && high < 4.5) }'; }
check 'choose: an interval of a ratio to the best' four_times
check 'choose: fewer lost is best, without ratios' equals 'the places and the ratio' \
    "$(column "$naps/chooser.tsv" place | tail -n 5 | head -n 3 | paste -sd ' '), $(value "$naps/chooser.tsv" ratio experiment=lost model=pthread)" 'best best worse, -'
check 'choose: more is better' equals 'the place and the end of the interval' "$(value "$naps/chooser.tsv" place experiment=more model=fork), $(value "$naps/chooser.tsv" place experiment=more model=vfork)" 'best, worse'
placed_in() { value "$results/$1/chooser.tsv" place experiment=grid "model=$2"; } # RUN MODEL
check 'choose: nothing rests on a suspect or invalid number' equals 'the places' \
    "$(placed_in suspicious posix_spawn), $(placed_in suspicious pthread), $(placed_in unusable posix_spawn), $(placed_in unusable pthread)" 'best, suspect, best, invalid'
# Percentiles of merged histograms.
tree due
own_questions "$work/due"
printf '%s\n' 'title Due' 'question Which?' 'type load' 'models epoll fork thread' 'vary rate 1000' 'connections 4' 'requests 0' 'bytes 64' 'pool connections' 'per request' 'window_s 0.1' 'warmup_s 0' 'timeout_s 1' \
    'metric latency_p99_9_us' 'baseline epoll' 'headline fork' > "$work/due/bench/questions/experiments/tail.conf"
merged() {
    fixture due merged 12 << 'END' && "$build/bench/analyse/analyse" "$work/tails" "$results/merged"
* * * offered_per_s 1000
* * * achieved_per_s 1000
* * * latency_p99_9_us 100
* epoll * latencies 100:1000 900:30
* thread * latencies 100:1000 930:30
* fork * latencies 100:1000 9000:30
END
}
mkdir -p "$work/tails/situations"
cp -r "$claims" "$work/tails"
printf '%s\n' 'place 1' 'experiment tail' 'x 1000' 'sentence waiting' > "$work/tails/situations/waiting.conf"
check 'choose: a run of open loops' merged
check 'choose: percentiles are those of merged histograms' equals 'the places' \
    "$(column "$results/merged/chooser.tsv" model | paste -sd ' '): $(column "$results/merged/chooser.tsv" place | paste -sd ' ')" 'epoll thread fork: best same within 10 % worse'
check 'choose: a question without the value' equals 'its place' "$(value "$naps/chooser.tsv" place x=7)" 'no valid number'
check 'choose: too few blocks decide nothing' equals 'its place' "$(value "$naps/chooser.tsv" place experiment=rare)" 'no valid number'
check 'choose: a question that was not measured' equals 'its place' "$(value "$naps/chooser.tsv" place experiment=nowhere)" 'not measured'

# ---- the report ---------------------------------------------------------------------------------------------------------
check 'report: ends well' with_these naps
check 'report: a claim that holds' reports "$naps" holds 'claim("true").verdict'
check 'report: a claim that does not' reports "$naps" does_not_hold 'claim("false").verdict'
check 'report: a claim that is undecided' reports "$naps" undecided 'claim("undecided").verdict'
check 'report: a claim on two things that are the same' reports "$naps" same 'claim("alike").verdict'
check 'report: an undecided claim says why, and what would decide it' reports "$naps" "straddles $(value "$naps/verdicts.tsv" blocks_needed claim=restless)" \
    'claim("restless") | .conditions[.decides] | "\(.reason) \(.blocks_needed)"'
check 'report: counts them' reports "$naps" '11 2 3 1 5 3' '.claims | [.total, .counts.holds, .counts.does_not_hold, .counts.same, .counts.undecided, .counts.not_measured] | join(" ")'
check 'report: says what would refute a claim' reports "$naps" 'A book: something else than true' 'claim("true") | "\(.source): \(.refuted_by)"'
situation_is() { # SENTENCE MODEL TEXT FILTER: of that cell of the grid
    reports "$naps" "$3" "([.grid.columns[].sentence] | index(\"$1\")) as \$i | .grid.rows[] | select(.model == \"$2\").cells[\$i] | $4"
}
check 'report: the grid names the best' situation_is making vfork best .place
check 'report: the grid has the others, too' situation_is making fork 'behind 4.0×' '"\(.place) \(.text)"'
check 'report: a model that is nearly as good' situation_is dozing posix_spawn 'same 1.03×' '"\(.place) \(.text)"'
check 'report: more lost is worse' situation_is losing pthread 'behind 15' '"\(.place) \(.text)"'

# ---- cite ---------------------------------------------------------------------------------------------------------------
cited() { "$cite" "$naps" "$@" > "$work/said" 2>&1 || { cat "$work/said" && return 1; }; }
cites() {
    cited naps.longer && says "$work/said" 'a nap with longer costs 4.0× (' && says "$work/said" ' the wall time of sleeper: ' && says "$work/said" '95 % bootstrap intervals' &&
        says "$work/said" ' blocks; timed by hyperfine' && says "$work/said" 'Other machines will differ: forklore, run naps' && says "$work/said" '@misc{forklore_naps,'
}
check 'cite: a sentence and BibTeX' cites
lists() { cited && grep -q '^naps\.longer  *8\.00.ms (.*); 4\.0× (' "$work/said" && says "$work/said" '- suspect: too-few-samples' && says "$work/said" '- it is the baseline'; }
check 'cite: a list' lists
cites_the_same() { cited naps.again && says "$work/said" 'again and sleeper are about the same, within 10 %, in wall time per nap: ratio 1.00× ('; }
check 'cite: about the same' cites_the_same
cites_undecided() {
    cited naps.restless && says "$work/said" 'it is undecided whether restless and sleeper differ in wall time per nap: ratio ' &&
        grep -qE 'about [0-9]+ blocks, less than a minute.* \(95 % bootstrap' "$work/said"
}
check 'cite: undecided, and what would decide it' cites_undecided
cite_by_make() { env -u RESULTS make -s -C "$repo" RESULTS="$results" cite RUN=naps ID=naps.longer > "$work/said" && says "$work/said" '@misc'; }
check 'cite: by make' cite_by_make
refuses 'cite: too few blocks' 1 'rare.longer: ' "$cite" "$naps" rare.longer
refuses 'cite: no such model' 1 'naps.nobody is not in this run' "$cite" "$naps" naps.nobody
refuses 'cite: no such question' 1 "this run has no question 'nowhere'" "$cite" "$naps" nowhere.longer
refuses 'cite: no model' 2 'ID needs a model: naps.MODEL' "$cite" "$naps" naps
refuses 'cite: no run' 1 'is not a run' "$cite" "$asked"
refuses 'cite: usage' 2 'usage: cite' "$cite"

# ---- pack ---------------------------------------------------------------------------------------------------------------
"$repo/bench/conclude.sh" "$naps" # with the suite's own claims
cp -r "$naps" "$work/whole"
packed() {
    "$repo/bench/report/pack.sh" "$naps" > "$work/said" || return 1
    [ ! -e "$naps/trials.tsv" ] && [ ! -e "$naps/report.html" ] && [ -s "$naps/trials.tsv.xz" ] && [ ! -e "$naps/report.json" ] && [ -s "$naps/report.json.xz" ] && says "$naps/report.md" '(trials.tsv.xz)' && says "$work/said" 'takes '
}
check 'pack: compresses the raw rows' packed
check 'pack: the packed run verifies' "$repo/bench/report/verify.sh" "$naps"
concluded_again() {
    cp -r "$naps" "$work/before" && "$repo/bench/conclude.sh" "$naps" && test -s "$naps/report.html" && test -s "$naps/plots/ways.pdf" &&
        rm "$naps/report.html" "$naps/doubts.tsv" "$naps"/plots/*.[!s]* && { [ ! -f "$naps/distribution.tsv" ] || xz -9e "$naps/distribution.tsv"; } && xz -9e "$naps"/{report.json,summary.tsv} && diff -r "$work/before" "$naps" && [ ! -e "$naps/trials.tsv" ]
}
check 'pack: all is made again from a packed run' concluded_again
check 'pack: a packed run can be cited' cites
check 'pack: the list of runs leads to what is left' says "$results/index.html" 'href="naps/report.md"'
edited() {
    sed -i '0,/[0-9]\.[0-9]/s//7.7/' "$naps/report.md"
    ! "$repo/bench/report/verify.sh" "$naps" 2> "$work/said" && says "$work/said" 'report.md:'
}
check 'pack: an edit of a packed run is seen' edited
refuses 'pack: a packed run is not measured on' 1 'naps is packed' env RESULTS="$results" RUN=naps "$asked/bench/run.sh"
refuses 'pack: no run' 1 'is not a finished run' "$repo/bench/report/pack.sh" "$work"
refuses 'pack: usage' 2 'usage: pack.sh' "$repo/bench/report/pack.sh"
verdict
