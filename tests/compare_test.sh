#!/bin/bash -p
# compare_test.sh: two runs side by side (bench/report/compare.c), and a run made again from its raw files (bench/report/verify.sh).
#
# Needs a built build/. Nothing is measured: the runs that are compared are summaries made by hand, one verdict a row; of the one that
# is verified the trials are made up.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

compare=$build/bench/report/compare
columns='experiment metric model family x n median low high ratio ratio_low ratio_high baseline note'

# ---- compare ------------------------------------------------------------------------------------------------------------
made() { # RUN ROW...: "model x ratio low high [note]" of one experiment, whose baseline is base and whose headline is alpha
    local run=$results/$1 row
    mkdir -p "$run/experiments"
    printf '%s\n' '# What?' 'question What?' 'metric server_cpu_us_per_echo' 'metric ignored' 'also other' 'baseline base' 'headline  alpha beta' 'connections 4' > "$run/experiments/q.conf"
    jq -n '{date: "2020-02-02", cpu_model: "One", flags: "cc -O2 -g", sysctls: {a: 1}, dirty: false, costs: {fork_us: 60, page_fault_us: 0.5}, budget_minutes: 10, run: input_filename}' > "$run/environment.json"
    {
        tr ' ' '\t' <<< "$columns"
        printf 'q\tserver_cpu_us_per_echo\tbase\tprocess\t1\t9\t10\t9\t11\t1\t1\t1\tbase\t-\n'
        for row in "${@:2}"; do
            awk -v OFS='\t' '{ print "q", "server_cpu_us_per_echo", $1, "process", $2, 9, 7, 6, 8, $3, $4, $5, "base", (NF > 5 ? $6 : "-"); print "q", "other", $1, "process", $2, 9, 7, 6, 8, 9, 9, 9, "base", "-" }' <<< "$row"
        done
    } > "$run/summary.tsv"
}

compared() { # STATUS BASE NEW: how it must end; its words are in $work/said
    local is
    "$compare" "$results/$2" "$results/$3" > "$work/said" 2> "$work/error"
    is=$?
    [ ! -s "$work/error" ] || { cat "$work/error" && return 1; }
    equals 'the status' $is "$1"
}

row_is() { # MODEL VERDICT: in the last comparison
    local line
    line=$(grep -E "^$1 " "$work/said")
    [[ $line =~ \ $2\ +7\.00.µs\ /\ 7\.00.µs$ ]] || { echo "not '$2': $line" && return 1; }
}

last_line() { equals 'the last line' "$(tail -n 1 "$work/said")" "$1"; } # TEXT

# Pairs of intervals, and what is to be said of each: in this order and in the other. Each is a row of two runs.
pairs=()
pair() { pairs+=("$1|$2|$3|$4"); } # NAME BASE NEW VERDICT

judged() { # STATUS: how a comparison ends that has these verdicts
    local i name base new verdict rows_base=() rows_new=()
    for i in "${!pairs[@]}"; do
        IFS='|' read -r name base new verdict <<< "${pairs[i]}"
        rows_base+=("alpha $i $base") rows_new+=("alpha $i $new")
    done
    made judged_base "${rows_base[@]}"
    made judged_new "${rows_new[@]}"
    check "verdicts: ${#pairs[@]} after which the status is $1" compared "$1" judged_base judged_new
    for i in "${!pairs[@]}"; do
        IFS='|' read -r name base new verdict <<< "${pairs[i]}"
        check "verdict: $name" row_is "alpha@$i" "$verdict"
    done
    compared "$1" judged_new judged_base > /dev/null
    for i in "${!pairs[@]}"; do
        IFS='|' read -r name base new verdict <<< "${pairs[i]}"
        check "verdict: $name, the other way round" row_is "alpha@$i" "$verdict"
    done
    rm -r "$results"/judged_*
    pairs=()
}

# exp(0.00995 + 0.8393 * sqrt(0.02501^2 + 0.02476^2)) = 1.0404
pair 'narrow ones around the same value' '2.00 1.95 2.05' '2.02 1.97 2.07' 'same within 5 %'
pair 'they do not meet, but the estimates are within 5 %' '2.000 1.999 2.001' '2.099 2.098 2.100' 'same within 6 %'
# log 1.1 = 0.0953: 0.8393 * sqrt(2) * 0.0801 = 0.0951, and 0.0805: 0.0955
pair 'wide ones, just within 10 %' '1.00 0.9230 1.0834' '1.00 0.9230 1.0834' 'same within 10 %'
pair 'wide ones, just not within 10 %' '1.00 0.9226 1.0839' '1.00 0.9226 1.0839' undecided
pair 'one of the two is wide' '2.00 1.99 2.01' '2.00 1.60 2.40' undecided
pair 'one is wide below only' '2.00 1.85 2.01' '2.00 1.99 2.01' 'same within 4 %'
pair 'an interval includes 0' '0.010 0.000 0.020' '0.010 0.009 0.011' undecided
pair 'they meet, only one reaches the other' '2.00 1.95 2.05' '2.40 2.00 2.80' 'undecided'
pair 'they meet, neither reaches the other' '2.00 1.80 2.20' '2.60 2.15 2.80' 'undecided'
pair 'one has no interval' '2.00 1.95 2.05' '9.00 - -' 'undecided'
pair 'neither has an interval' '2.00 - -' '2.00 - -' 'undecided'
judged 0
pair 'they do not meet, the estimates are apart' '2.00 1.95 2.05' '2.30 2.20 2.40' changed
pair 'they do not meet, only the larger one reaches the other' '2.00 1.98 2.02' '2.20 2.05 2.35' changed
pair 'they do not meet, narrow ones within 10 %' '2.00 1.98 2.02' '2.13 2.11 2.15' changed
pair 'far apart, and wide' '2.00 1.00 3.00' '9.00 4.00 12.0' changed
pair 'small ratios' '0.0020 0.00195 0.00205' '2.3e-03 2.2e-03 2.4e-03' changed
judged 3

made one 'alpha 1 2 1.96 2.04' 'alpha 8 3 2.9 3.1' 'beta 1 4 3.9 4.1' 'gamma 1 5 4.9 5.1' 'delta 1 5 4.9 5.1' 'beta 8 2 - -' 'gone 1 2 1.9 2.1' 'alpha 9 2 1.9 2.1'
made two 'alpha 1 2 1.96 2.04' 'alpha 8 4 3.9 4.1' 'beta 1 4.2 4 4.8' 'gamma 1 5 4.9 5.1' 'delta 1 9 8.9 9.1' 'beta 8 2 - -' 'gone 1 - - - skipped:gone' 'new 1 2 1.9 2.1'
check 'two runs: something changed' compared 3 one two
check 'two runs: the counts' says "$work/said" 'Headline ratios: 1 same within 10 %, 1 changed, 2 undecided (1 with too few blocks), 1 in one run only'
check 'two runs: how many intervals reach the other estimate: only those that are in both runs' last_line "4 of 6 headline intervals reach the other run's estimate within 5 % (66.7 %)"
check 'two runs: the other ratios are counted apart' says "$work/said" 'Other ratios: 1 same within 10 %, 1 changed, 0 undecided (0 with too few blocks), 2 in one run only'
headlines_first() { equals 'the order' "$(grep -Eo '^(alpha|beta|gamma|delta)@.|^----' "$work/said" | paste -sd ' ')" '---- alpha@1 alpha@8 beta@1 beta@8 ---- gamma@1 delta@1'; }
check 'two runs: headline ratios first, the baseline nowhere' headlines_first
only() { # WHERE TEXT
    grep -A1 "^Only in $1" "$work/said" | tail -n 1 | grep -qxF "  q: $2" || { grep -A1 '^Only' "$work/said" && return 1; }
}
check 'two runs: named, and why: only in base' only base 'gone@1 (in new: skipped:gone) alpha@9*'
check 'two runs: named: only in new' only new 'new@1'
check 'two runs: nothing differs around them' says "$work/said" 'The conditions are the same.'
fits() { [ "$(wc -L < "$work/said")" -le 100 ] || awk 'length > 100' "$work/said"; } # it prints why it fails
check 'two runs: 100 columns are enough' fits

made three 'alpha 1 2 1.96 2.04' 'gamma 1 9 8.9 9.1'
made four 'alpha 1 2 1.96 2.04' 'gamma 1 5 4.9 5.1'
check 'one run twice: nothing changed' compared 0 three three
check 'one run twice: all are the same' last_line "2 of 2 headline intervals reach the other run's estimate within 5 % (100.0 %)"
no_marks() { ! grep -E '\)[~?]' "$work/said"; }
check 'one run twice: an older run has no verdicts of its own' no_marks
check 'what is no headline changed: the status says so' compared 3 three four

# One is the same as its baseline, one undecided, one different; the headline is at x = 1 alone.
made unshown 'alpha 1 1.02 0.99 1.05' 'alpha 8 1.05 1.01 1.09' 'gamma 1 2 1.9 2.1' 'beta 1 - - -'
awk -F '\t' -v OFS='\t' '{ print $0, NR == 1 ? "verdict" : $2 != "server_cpu_us_per_echo" || $3 == "base" ? "-" : $3 == "gamma" ? "different" : $5 == 1 ? "same" : "undecided" }' "$results/unshown/summary.tsv" > "$work/judged"
mv "$work/judged" "$results/unshown/summary.tsv"
echo 'headline_at 1' >> "$results/unshown/experiments/q.conf"
check 'verdicts of a run: compared with itself' compared 0 unshown unshown
check 'verdicts of a run: the same' says "$work/said" '1.02× (0.99–1.05)~'
check 'verdicts of a run: undecided' says "$work/said" '1.05× (1.01–1.09)?'
check 'verdicts of a run: different' says "$work/said" '2.0× (1.9–2.1)  '
check 'verdicts of a run: the signs are explained' says "$work/said" '~ about the same as its baseline'
check 'verdicts of a run: both' says "$work/said" '? undecided there'
check 'verdicts of a run: 100 columns are enough' fits
check 'headline_at: elsewhere it is no headline' last_line "2 of 2 headline intervals reach the other run's estimate within 5 % (100.0 %)"
made bare 'alpha 1 2 - -'
check 'no interval: nothing to judge by' compared 0 bare bare
check 'no interval: it says so' last_line 'No headline interval to judge'

made elsewhere 'alpha 1 2 1.96 2.04'
jq '.cpu_model = "Another" | .flags = "cc -O0 -g -static" | .sysctls.a = 2 | .dirty = true | .costs = {fork_us: 600, page_fault_us: 0.7} | .date = "2021" | del(.budget_minutes)' "$results/three/environment.json" > "$results/elsewhere/environment.json"
sed -i 's/^connections 4/connections 8/; s/^question.*/question What else?/' "$results/elsewhere/experiments/q.conf"
check 'other conditions: the verdict is the same' compared 0 three elsewhere
for text in 'cpu_model: One -> Another' 'flags: -O2 -> -O0 -static' 'sysctls a: 1 -> 2' 'dirty: false -> true' 'costs fork_us: 60 -> 600' 'budget_minutes: 10 -> not known' '  q: connections'; do
    check "other conditions: $text" says "$work/said" "$text"
done
check 'other conditions: costs that nearly agree are none' equals 'lines with a page fault' "$(grep -c page_fault "$work/said")" 0
check 'other conditions: dates are none' equals 'lines with a date' "$(grep -c 'date:' "$work/said")" 0

other() { cp -r "$results/three" "$results/$1"; } # NAME
other truncated && truncate -s -3 "$results/truncated/summary.tsv"
other short && sed -i '3s/\t[^\t]*$//' "$results/short/summary.tsv"
other text && sed -i '3s/1.96/much/' "$results/text/summary.tsv"
other columns && sed -i '1s/ratio_low/zz/' "$results/columns/summary.tsv"
other nowhere && rm "$results/nowhere/environment.json"
other broken && echo '{' > "$results/broken/environment.json"
other asks_else && sed -i 's/^metric.*/metric other_us/' "$results/asks_else/experiments/q.conf"
refuses 'compare: no runs' 2 'usage: compare BASE_FOLDER NEW_FOLDER' "$compare"
refuses 'compare: one run' 2 'usage: compare BASE_FOLDER NEW_FOLDER' "$compare" "$results/three"
refuses 'compare: three runs' 2 'usage: compare BASE_FOLDER NEW_FOLDER' "$compare" "$results/three" "$results/three" "$results/three"
refuses 'compare: a run that is not there' 1 'zz_nowhere is not a complete run: it has no summary.tsv' "$compare" "$results/three" "$results/zz_nowhere"
refuses 'compare: a summary cut off' 1 'truncated/summary.tsv: truncated: its last line is incomplete' "$compare" "$results/truncated" "$results/three"
refuses 'compare: a row cut off' 1 'short/summary.tsv:3: truncated row: 13 of 14 columns' "$compare" "$results/three" "$results/short"
refuses 'compare: text for a number' 1 "text/summary.tsv:3: 'much' is not a number" "$compare" "$results/text" "$results/three"
refuses 'compare: a column is missing' 1 "columns/summary.tsv: no column 'ratio_low'" "$compare" "$results/columns" "$results/three"
refuses 'compare: no environment' 1 'nowhere is not a complete run: it has no environment.json' "$compare" "$results/three" "$results/nowhere"
refuses 'compare: an environment cut off' 1 'broken/environment.json is not a JSON object' "$compare" "$results/three" "$results/broken"
refuses 'compare: nothing in common' 1 'no ratio is in both runs' "$compare" "$results/three" "$results/asks_else"
full_disk() { ! "$compare" "$results/three" "$results/three" > /dev/full 2> "$work/error" && says "$work/error" 'compare: cannot write the comparison'; }
check 'compare: a full disk' full_disk
by_make() { make -s -C "$repo" compare RESULTS="$results" BASE="${2-three}" NEW="$1" > "$work/said" 2>&1; }
check 'make compare: nothing changed' by_make three
check 'make compare: something changed' equals 'whether it fails' "$(by_make four && echo no || echo yes)" yes
check 'make compare: the words' says "$work/said" 'Other ratios: 0 same within 10 %, 1 changed, 0 undecided'

# ---- the page of a comparison ------------------------------------------------------------------------------------------
in_json() { jq -e "$1" "$results/two/compare-one.json" > "$work/found" || { echo "$1 is not so" && return 1; }; } # TEST
check 'json: the totals are those of the text' equals 'its totals' "$(jq -r '.totals[]' "$results/two/compare-one.json")" \
    "$("$compare" "$results/one" "$results/two" | tail -n 3)"
check 'json: its version' in_json '.schema == "forklore-compare/1"'
check 'json: a ratio is a measured object' in_json '.headline[0].rows[0].base | .value == 2 and .lower_value == 1.96 and .upper_value == 2.04 and .unit == "ratio" and .blocks == 9'
check 'json: no interval' in_json '.headline[0].rows[] | select(.subject == "beta@8") | .new.lower_value == null and .verdict == "undecided"'
# log2(4 / 3) = 0.415
check 'json: a slope goes up by a third of an octave' in_json '.headline[0].rows[] | select(.subject == "alpha@8") | .slope.base[1] == 50 and (.slope.new[1] - 70.75 | fabs) < 0.01 and .slope.new[0] < .slope.new[1]'
check 'json: the counts' in_json '.counts.headline == {all: 4, changed: 1, same: 1, undecided: 2}'

made steep 'alpha 1 9 8.9 9.1' 'gamma 1 1 0.9 1.1'
check 'json: beyond the axis a slope ends on it' compared 3 three steep
on_the_edge() { jq -e '[.headline[0].rows[0].slope.new[1], .other[0].rows[0].slope.new[1]] == [100, 0]' "$results/steep/compare-three.json" > "$work/found"; }
check 'json: at its right and left end' on_the_edge

cp -r "$results/three" "$results/closed" && chmod a-w "$results/closed" && rm -f "$work/said"
not_written() {
    local plain=()
    [ "$(id -u)" -ne 0 ] || plain=(setpriv --bounding-set '-dac_override,-dac_read_search')
    "${plain[@]}" "$compare" "$results/one" "$results/closed" > "$work/said" 2> "$work/error"
    equals 'the status' $? 3 && says "$work/said" 'Headline ratios: ' && equals 'lines on stderr' "$(wc -l < "$work/error")" 1 &&
        says "$work/error" 'compare: the page is not written: ' && [ ! -e "$results/closed/compare-one.json" ]
}
check 'a folder that cannot be written: the text is there, and one line says why the page is not' not_written
chmod u+w "$results/closed"

cp -r "$results/three" "$results/packed" && xz "$results/packed/summary.tsv"
check 'a packed summary is read' compared 0 packed three
cp -r "$repo/results/reference" "$results/reference"
check 'the reference run with itself: nothing changed' compared 0 reference reference
no_change() { jq -e '.counts.headline.changed + .counts.other.changed == 0 and .counts.headline.same > 0 and .conditions == [] and .only_base == []' "$results/reference/compare-reference.json" > "$work/found"; }
check 'the reference run with itself: most are the same' no_change

page=$results/two/compare-one.html
if /usr/bin/python3 -c 'import jinja2' 2> "$work/error"; then
    by_make two one
    check 'page: it is there' test -s "$page"
    check 'page: what it says first' says "$page" '<h1>1 of 4 headline ratios changed. Undecided: 2.</h1>'
    order() { equals 'the sections' "$(grep -oE '<section id="[a-z]*"' "$page" | cut -d '"' -f 2 | paste -sd ' ')" 'answer changed undecided conditions alone same'; }
    check 'page: what changed comes first' order
    has_row() { sed -n '/<section id="changed"/,/<\/section>/p' "$page" | grep -F 'alpha@8' | grep -qF '+33.3 %'; }
    check 'page: the row that changed' has_row
    no_requests() { ! grep -nE '(src|href)="?(https?:)?//|url\(|@import|<script' "$page"; }
    check 'page: no script, and no request to anywhere' no_requests
    if command -v tidy > /dev/null; then
        valid() { tidy -q -e --drop-empty-elements no "$page" 2>&1 | { ! grep -E 'Error|Warning'; }; }
        check 'page: valid HTML' valid
    else
        skips 'page: valid HTML' 'tidy is not installed'
    fi
else
    skips 'page' 'python3-jinja2 is not installed'
fi

# ---- verify -----------------------------------------------------------------------------------------------------------
# A question that has a plot.
tree asked
own_questions "$work/asked"
printf '%s\n' 'question Which?' 'type serve' 'models epoll fork thread' 'connections 4' 'requests 1' 'bytes 64' 'pool 4' 'window_s 1' 'warmup_s 0.01' \
    'per connection' 'metric server_cpu_us_per_connection' 'also connections_per_s client_load' 'baseline epoll' 'headline fork' > "$work/asked/bench/questions/experiments/churn.conf"
filled() { # RUN: fork costs so much more
    fixture asked "$1" 6 << END
* * * client_load 0.5
* * * connections_per_s 20000 21000 22000
* epoll * server_cpu_us_per_connection 10
* thread * server_cpu_us_per_connection 20 21 19
* fork * server_cpu_us_per_connection $2
END
}
fresh=$results/fresh
there_is_one() { filled fresh '40 41 39' && "$repo/bench/conclude.sh" "$fresh"; }
check 'verify: there is a run' there_is_one

mkdir "$work/tmp"
path=$PATH
verify() { env TMPDIR="$work/tmp" PATH="$path" "$repo/bench/report/verify.sh" "$@"; }
agrees() { # RUN TEXT
    local before
    before=$(listing)
    verify "$1" > "$work/said" 2>&1 || { cat "$work/said" && return 1; }
    equals 'the lines' "$(wc -l < "$work/said")" 1 && says "$work/said" "$2" && equals 'what it left' "$(ls -A "$work/tmp")" '' && equals 'the results' "$(listing)" "$before"
}
check 'verify: a fresh run agrees' agrees "$fresh" 'fresh: all 18 files agree with its raw files'

differs() { # NAME FILE TEXT...: after an edit of the run in $edited; this file is named first
    local is
    verify "$edited" > "$work/said" 2> "$work/error"
    is=$?
    why() {
        local text
        equals 'the status' "$is" 1 && equals 'the output' "$(cat "$work/said")" '' && says <(head -n 1 "$work/error") "verify: $edited/$2" || return 1
        for text in "${@:3}"; do
            says "$work/error" "$text" || return 1
        done
    }
    check "verify: $1" why "$@"
    rm -r "$edited"
}
edited=$work/edited/fresh
edit() { mkdir -p "$work/edited" && cp -r "$fresh" "$edited"; }

edit
awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $at["model"] == "fork" && !n++ { $at["server_cpu_us_per_connection"] += 1 } { print }' \
    "$fresh/trials.tsv" > "$edited/trials.tsv"
refuses 'verify: one cell of trials.tsv' 1 'damaged row: checksum mismatch' verify "$edited"
rm -r "$edited"
edit
filled other '40 41 38' && mv "$results/other/trials.tsv" "$edited/trials.tsv" && rm -r "$results/other"
line=$(grep -n $'^churn\tserver_cpu_us_per_connection\tfork\t' "$fresh/summary.tsv" | cut -d : -f 1)
differs 'other trials with their checksums' "summary.tsv:$line: stored \"" 'recomputed "'

change_byte() { # FILE OFFSET: the byte there becomes another
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059  # the format is the byte
    printf "\\$(printf %o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
edit
echo $'slow\tsuspect\teverything\t-\t-\t-\t0\tsays\twhy' >> "$edited/validity.tsv"
line=$(grep -n '^# ' "$edited/report.md" | head -n 1 | cut -d : -f 1)
sed -i "${line}s/[0-9]/&1/" "$edited/report.md"
change_byte "$edited/plots/churn.svg" 3000
change_byte "$edited/plots/churn.png" 3000
differs 'one reason more, one number of the report, one byte of a plot, one of a picture' validity.tsv: 'recomputed nothing' "report.md:$line: stored \"" \
    "plots/churn.svg:$(($(head -c 3000 "$fresh/plots/churn.svg" | wc -l) + 1)): stored \"" 'plots/churn.png: the stored picture differs' ' 4 of 18 files differ'
edit
change_byte "$edited/plots/churn.png" 3000
truncate -s -1 "$edited/summary.tsv"
printf '\nmore\n' >> "$edited/report.html"
sed -i '$d' "$edited/report.md"
rm "$edited/plots/churn.tsv"
differs 'each file is named: a newline, a line more or less, a byte of a picture, a file' 'summary.tsv:' 'the same up to the newline' \
    'report.html:' 'stored "more", recomputed nothing' 'report.md:' 'stored nothing, recomputed "' 'plots/churn.png: the stored picture differs' \
    'plots/churn.tsv is missing' ' 5 of 18 files differ'
edit
mv "$edited/plots/churn.svg" "$work/zz.svg" && rm -r "$edited/plots" && mkdir "$edited/plots" && mv "$work/zz.svg" "$edited/plots"
differs 'no plots, but one that is not its own' 'plots/zz.svg: the raw files do not produce it' 'plots/style.gp is missing' '10 of 19 files differ'

# Another gnuplot: the same one under another version, also in what it draws.
mkdir "$work/path"
cat > "$work/path/gnuplot" << END
#!/bin/sh
if [ "\$1" = --version ]; then echo 'gnuplot 0.0 patchlevel 0'; exit; fi
$(command -v gnuplot) "\$@" || exit
sed -i 's/Produced by GNUPLOT [^<]*/Produced by GNUPLOT 0.0 patchlevel 0/' ./*.svg
END
chmod +x "$work/path/gnuplot"
path=$work/path:$PATH
check 'verify: another gnuplot: no pictures, and it says so' agrees "$fresh" 'all 15 files agree with its raw files; 3 pictures (.png, .pdf) not compared: drawn by gnuplot'
edit
line=$(grep -n '>fork<' "$edited/plots/churn.svg" | head -n 1 | cut -d : -f 1)
sed -i "${line}s/fork/frok/" "$edited/plots/churn.svg"
differs 'another gnuplot: an edit is seen all the same' 'plots/churn.svg:' 'where gnuplot is gnuplot 0.0 patchlevel 0'
path=$PATH

refuses 'verify: no run' 2 'usage: verify.sh' verify
refuses 'verify: a run that is not there' 1 'zz_nowhere is not a finished run: it has no plan.tsv' verify "$results/zz_nowhere"
cp -r "$fresh" "$results/cut" && truncate -s -5 "$results/cut/trials.tsv"
refuses 'verify: trials cut off' 1 'cut cannot be recomputed: analyse: ' verify "$results/cut"
cp -r "$fresh" "$results/unfinished" && rm "$results/unfinished/report.json"
refuses 'verify: no report yet' 1 'is not a finished run: it has no report.json; make report RUN=unfinished' verify "$results/unfinished"
exec 9< "$fresh/trials.tsv" && flock 9
refuses 'verify: a run that goes on' 1 'another run is writing' verify "$fresh"
exec 9<&-

# ---- plots ------------------------------------------------------------------------------------------------------------
plotted_with() { # VERDICT of thread
    cp -r "$fresh" "$results/$1" && awk -F '\t' -v OFS='\t' -v verdict="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["model"] == "thread" { $at["verdict"] = verdict } { print }' \
        "$fresh/summary.tsv" > "$results/$1/summary.tsv" && report "$results/$1" && "$repo/bench/report/plots.sh" "$results/$1"
}
points() { grep -o "xlink:href='#gpPt[0-9]*'" "$results/$1/plots/churn.svg" | sort | uniq -c; } # RUN: of each form
hollow_if_undecided() {
    plotted_with same && plotted_with undecided && says "$results/undecided/plots/churn.words" 'hollow: undecided' && ! grep hollow "$results/same/plots/churn.words" &&
        cmp <(points fresh) <(points same) && ! cmp -s <(points fresh) <(points undecided)
}
check 'plots: a point is hollow if its ratio is undecided, and filled if it is the same' hollow_if_undecided
verdict
