#!/bin/bash
# compare.sh BASE_DIR NEW_DIR: compares two runs: which ratios changed, which did not, and which are undecided.
#
# It judges the ratios of each experiment's headline metric to its baseline:
#
#   changed           the intervals do not overlap, and the estimates differ by more than 5 %
#   same within x %   else: the 90 % interval of new / base lies within x % of 1, and x is 10 at most (two one-sided tests)
#   undecided         else: an interval is too wide, or missing because of too few blocks
#
# The interval of new / base is computed from the 95 % intervals of both: in logarithms, its half width is the root of the sum of
# their squares. A mark after a ratio shows the verdict of its own run: ~ about the same as the baseline; ? undecided.
# Medians are printed but not judged: they differ between machines.
#
# Exit status: 0 if nothing changed, 3 if a ratio did, 1 on failure, 2 on wrong usage.
set -euo pipefail
export LC_ALL=C.UTF-8 # numbers keep their point

fail() { echo "compare: $1" >&2; exit 1; }

if [ $# -ne 2 ] || [ -z "$1" ] || [ -z "$2" ]; then
    echo "usage: compare.sh BASE_DIR NEW_DIR" >&2
    exit 2
fi
base=${1%/} new=${2%/}
for run in "$base" "$new"; do
    for file in summary.tsv environment.json experiments; do
        [ -e "$run/$file" ] || fail "$run is not a complete run: it has no $file"
    done
    [ -z "$(tail -c 1 "$run/summary.tsv")" ] || fail "$run/summary.tsv is truncated: its last line is incomplete"
    confs=("$run"/experiments/*.conf)
    [ -f "${confs[0]}" ] || fail "$run has no experiments/*.conf"
done

# ---- conditions ---------------------------------------------------------------------------------------
about() { # RUN
    jq -r --arg name "$(basename "$(cd "$1" && pwd)")" '
        [$name, .date // "date not known", "commit " + ((.commit // "not known") | tostring | .[:10]) +
            (if .dirty then " with changes" else "" end)] | join(", ")' "$1/environment.json" 2> /dev/null | grep . ||
        fail "$1/environment.json is not a JSON object"
}

about_base=$(about "$base")
about_new=$(about "$new")

# Every difference between the two environments; of flags, only the words that the other one lacks. Costs are measured: they differ
# if one is more than 1.5 times the other.
conditions() {
    jq -rn --slurpfile b "$base/environment.json" --slurpfile n "$new/environment.json" '
        def leaves: [paths(type != "object" and type != "array")];
        def words: if . == null then "not known" else tostring | gsub("[\t\n]"; " ") end;
        def but($other): (tostring / " ") - ($other | tostring / " ") | map(select(. != "")) | if . == [] then "-" else join(" ") end;
        $b[0] as $b | $n[0] as $n
        | reduce (($b | leaves) + ($n | leaves))[] as $p ([]; if index([$p]) then . else . + [$p] end)
        | .[] | . as $p | select($p != ["date"] and $p != ["run"]) | ($b | getpath($p)) as $x | ($n | getpath($p)) as $y
        | select($x != $y)
        | select($p[0] != "costs" or $x == null or $y == null or ([$x, $y] | max > 1.5 * min))
        | if $p == ["flags"] and $x and $y then [$p[0], ($x | but($y)), ($y | but($x))]
          else [($p | map(tostring) | join(" ")), ($x | words), ($y | words)] end
        | join("\t")'
}

essence() { awk '!/^#/ && NF && $1 !~ /^(title|question|axis|spot|per|why|limits|headline|answer)$/ { $1 = $1; print }' "$1" | sort; } # CONF

# Questions whose load or models differ are not quite the same.
questions_differ() {
    local conf keys
    for conf in "$base"/experiments/*.conf; do
        [ -f "$new/experiments/${conf##*/}" ] || continue
        keys=$(comm -3 <(essence "$conf") <(essence "$new/experiments/${conf##*/}") | awk '{ print $1 }' | sort -u | paste -s -d ' ')
        [ -z "$keys" ] || printf '%s\t%s\n' "$(basename "$conf" .conf)" "$keys"
    done
}

# ---- the ratios ---------------------------------------------------------------------------------------------------
# The questions, as rows: stem, metric, baseline, headline, headline_at. The first line of a key counts.
questions() { # RUN
    awk -v OFS='\t' '
        function put() { if (stem != "") print stem, value["metric"], value["baseline"], value["headline"], value["headline_at"] }
        FNR == 1 { put(); split("", value); stem = FILENAME; sub(/^.*\//, "", stem); sub(/\.conf$/, "", stem) }
        $1 ~ /^(metric|baseline|headline|headline_at)$/ && !($1 in value) { key = $1; $1 = ""; sub(/^[[:blank:]]+/, ""); gsub(/\t/, " "); value[key] = $0 }
        END { put() }' "$1"/experiments/*.conf
}

# shellcheck disable=SC2016  # awk's own $ and quotes
judge='
BEGIN { FS = "\t"; split("base new", label, " "); split("model@x|base|new|+/- %|verdict|medians", heading, "|") }
function bad(why) { print "compare: " why > "/dev/stderr"; failed = 1; exit 1 }
FNR == 1 { file++; run = int((file + 1) / 2) }
file % 2 { metric[run, $1] = $2; is_own[$1] = $3 == "own"; n = split($4, name, " "); for (i = 1; i <= n; i++) headline[$1, name[i]] = 1; if ($5 != "") { at_some[$1] = 1; n = split($5, name, " "); for (i = 1; i <= n; i++) headline_at[$1, name[i]] = 1 }; next }
FNR == 1 {
    columns = NF
    split("", at)
    for (i = 1; i <= NF; i++) at[$i] = i
    n = split("experiment metric model x median ratio ratio_low ratio_high baseline note", name, " ")
    for (i = 1; i <= n; i++) if (!(name[i] in at)) bad(path[run] "/summary.tsv: no column \"" name[i] "\"")
    next
}
NF != columns { bad(path[run] "/summary.tsv:" FNR ": truncated row: " NF " of " columns " columns") }
$at["metric"] == metric[run, $at["experiment"]] && $at["model"] != $at["baseline"] { # the ratio of a baseline to itself is always 1
    k = $at["experiment"] FS $at["metric"] FS $at["model"] FS $at["x"] FS $at["baseline"]
    if ($at["ratio"] == "-") { reason[run, k] = $at["note"]; next }
    n = split("ratio ratio_low ratio_high", name, " ")
    for (i = 1; i <= n; i++)
        if ($at[name[i]] !~ /^[0-9.]+(e[-+]?[0-9]+)?$/ && (i == 1 || $at[name[i]] != "-")) bad(path[run] "/summary.tsv:" FNR ": " name[i] " is not a number: " $at[name[i]])
    if (!(k in seen)) { seen[k] = 1; key[++keys] = k }
    ratio[run, k] = $at["ratio"]; low[run, k] = $at["ratio_low"]; high[run, k] = $at["ratio_high"]; median[run, k] = $at["median"]
    said[run, k] = "verdict" in at ? $at["verdict"] : "-" # older runs have none
}

function has_interval(r, k) { return low[r, k] != "-" && high[r, k] != "-" }
# By how many percent the two runs may differ: the farther end of the 90 % interval of new / base (1.645 and 1.96: the normal
# distribution at 90 and 95 %).
function half_width(r, k) { return log(high[r, k] / low[r, k]) / 2 }
function may_differ(k,   d) {
    if (low[1, k] <= 0 || low[2, k] <= 0) return 1e9
    d = log(ratio[2, k] / ratio[1, k])
    return 100 * (exp((d < 0 ? -d : d) + 1.645 / 1.96 * sqrt(half_width(1, k) ^ 2 + half_width(2, k) ^ 2)) - 1)
}
# Whether the interval of one run reaches the estimate of the other.
function reaches(r, k) { return low[r, k] + 0 <= 1.05 * ratio[3 - r, k] && high[r, k] + 0 >= 0.95 * ratio[3 - r, k] }
function meet(k) { return low[1, k] + 0 <= high[2, k] + 0 && low[2, k] + 0 <= high[1, k] + 0 }
function differ(k) { return ratio[1, k] > 1.05 * ratio[2, k] || ratio[2, k] > 1.05 * ratio[1, k] }
function verdict(k) {
    if (!has_interval(1, k) || !has_interval(2, k)) return "undecided"
    if (!meet(k) && differ(k)) return "changed"
    return may_differ(k) <= 10 ? "same" : "undecided"
}

function is_first(part) { return (part[1], part[3]) in headline && (!(part[1] in at_some) || (part[1], part[4]) in headline_at) }
function shown(r, k) {
    if (!has_interval(r, k)) return ""
    if (said[r, k] == "same") { alike++; return "~" }
    if (said[r, k] == "undecided") { open++; return "?" }
    return ""
}
function decimals(v) { return v >= 99.5 ? 0 : v >= 9.95 ? 1 : v >= 0.2995 ? 2 : 3 }
function number(v, d) { return v == "-" ? "-" : sprintf("%." d "f", v) }
function with_interval(r, k,   d) {
    d = decimals(ratio[r, k])
    return number(ratio[r, k], d) (has_interval(r, k) ? " (" number(low[r, k], d) ".." number(high[r, k], d) ")" shown(r, k) : "")
}
function subject(part) { return part[3] (part[4] == "-" ? "" : "@" part[4]) }
# Columns are as wide as their experiment needs.
function set(row, column, text) {
    cell[row, column] = text
    if (length(text) > width[of[row], column]) width[of[row], column] = length(text)
}
function line(row, e) {
    printf "%-" width[e, 1] "s  %" width[e, 2] "s  %" width[e, 3] "s  %" width[e, 4] "s  %-" width[e, 5] "s  %" width[e, 6] "s\n",
        cell[row, 1], cell[row, 2], cell[row, 3], cell[row, 4], cell[row, 5], cell[row, 6]
}
function head(e,   i) {
    of["head"] = e
    for (i = 1; i <= 6; i++) set("head", i, heading[i])
    print "\n" title[e]
    line("head", e)
}

function compare(k, first,   part, v, r) {
    split(k, part, FS)
    v = verdict(k)
    count[first, v]++
    rows++
    section[rows] = first
    of[rows] = part[1] FS first
    title[of[rows]] = part[1] ": " part[2] ", as a ratio to " (is_own[part[1]] ? "the plain program" : part[5])
    set(rows, 1, subject(part)); set(rows, 2, with_interval(1, k)); set(rows, 3, with_interval(2, k))
    set(rows, 4, sprintf("%+.1f", 100 * (ratio[2, k] / ratio[1, k] - 1))); 
    set(rows, 5, v (v == "same" ? sprintf(" within %.0f %%", may_differ(k) + 0.5) : ""))
    set(rows, 6, number(median[1, k], decimals(median[1, k])) " / " number(median[2, k], decimals(median[2, k])))
    if (!first) return
    if (!has_interval(1, k) || !has_interval(2, k)) { bare++; return }
    for (r = 1; r <= 2; r++) { intervals++; reaching += reaches(r, k) }
}

function print_section(first, words,   i, last) {
    for (i = 1; i <= rows; i++) {
        if (section[i] != first) continue
        if (last == "") print "\n" words
        if (of[i] != last) head(of[i])
        last = of[i]
        line(i, last)
    }
}

# Appends to the list of results in one run only: a wrapped paragraph per experiment.
function add(r, stem, item) {
    if (stem != listed[r]) { alone[r] = alone[r] "\n  " stem ":"; used[r] = length(stem) + 3 }
    else if (used[r] + 1 + length(item) > 100) { alone[r] = alone[r] "\n   "; used[r] = 3 }
    listed[r] = stem
    alone[r] = alone[r] " " item
    used[r] += 1 + length(item)
}

function counts(first) { return count[first, "same"] + 0 " same within 10 %, " count[first, "changed"] + 0 " changed, " count[first, "undecided"] + 0 " undecided" }

END {
    if (failed) exit 1
    for (i = 1; i <= keys; i++) {
        k = key[i]
        split(k, part, FS)
        first = is_first(part)
        if ((1, k) in ratio && (2, k) in ratio) { compare(k, first); continue }
        r = (1, k) in ratio ? 1 : 2
        single_headlines += first
        why = reason[3 - r, k]
        add(r, part[1], subject(part) (first ? "*" : "") (why ~ /^-?$/ ? "" : " (in " label[3 - r] ": " why ")"))
    }
    if (!rows) bad("no ratio is in both runs: there is nothing to compare")
    print_section(1, "---- Headline ratios, each with its 95 % interval ----")
    print_section(0, "---- The other ratios ----")
    for (r = 1; r <= 2; r++) if (alone[r] != "") print "\nOnly in " label[r] " (*: a headline)" alone[r]
    print "\nOther ratios: " counts(0)
    if (alike) print "~ about the same as its baseline in that run, within 10 %"
    if (open) print "? undecided in that run whether it differs from its baseline"
    if (single_headlines) print single_headlines " headline ratios are in one run only"
    if (bare) print bare " headline ratios have too few blocks for an interval"
    print "Headline ratios: " counts(1)
    if (intervals) printf "%d of %d headline intervals reach the other run\047s estimate within 5 %% (%.1f %%)\n", reaching, intervals, 100 * reaching / intervals
    else print "No headline interval to judge"
    exit count[0, "changed"] + count[1, "changed"] ? 3 : 0
}
'

differ=$(conditions)
questions_differ_in=$(questions_differ)
status=0
# Paths through the environment: awk -v would interpret backslashes, and a name with = would be a variable.
table=$(base="$base" new="$new" awk 'BEGIN { path[1] = ENVIRON["base"]; path[2] = ENVIRON["new"] }'"$judge" \
    <(questions "$base") - <(questions "$new") /dev/fd/3 < "$base/summary.tsv" 3< "$new/summary.tsv") || status=$?
[ $status -eq 0 ] || [ $status -eq 3 ] || exit 1
{
    printf 'base  %s\nnew   %s\n\n' "$about_base" "$about_new"
    if [ -n "$differ" ]; then
        echo "Different conditions (base -> new)"
        awk -F '\t' '{ text = "  " $1 ": " $2; print text (length(text $3) > 90 ? "\n      -> " : " -> ") $3 }' <<< "$differ"
    else
        echo "The conditions are the same."
    fi
    if [ -n "$questions_differ_in" ]; then
        echo "Different questions"
        awk -F '\t' '{ print "  " $1 ": " $2 }' <<< "$questions_differ_in" | fold -s -w 96 | sed 's/^\([^ ]\)/    \1/'
    fi
    printf '%s\n' "$table"
} || fail "cannot write the comparison"
exit $status
