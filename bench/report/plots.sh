#!/bin/bash
# plots.sh RUN_DIR: draws RUN_DIR/plots/<stem>.svg, .png, .pdf and _latex.tex (which includes _latex.pdf) for each experiment of
# the run that has a plots/<stem>.gp.
#
# Each picture comes with its numbers (<stem>.tsv and, for open loops, <stem>.distribution.tsv), its text (<stem>.words) and its
# script, so that `gnuplot <stem>.gp` in that folder redraws it.
set -euo pipefail
export LC_ALL=C.UTF-8 # gnuplot writes µ and ×; numbers keep their point

if [ $# -ne 1 ]; then
    echo "usage: plots.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
if [ ! -f "$run/summary.tsv" ] || [ ! -f "$run/metrics.tsv" ]; then
    echo "plots: $run is not a run: it has no summary.tsv and metrics.tsv" >&2
    exit 1
fi
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../plots" && pwd)

setting() { sed -n "s/^$2[[:blank:]][[:blank:]]*//p" "$1"; } # CONF KEY

# Wraps a text and puts the key before each line.
wrapped() { fold -s -w "$2" | sed "s/[[:blank:]]*$//; s/^/$1 /"; } # KEY WIDTH

footer() {
    local machine='machine not recorded'
    if [ -f "$run/environment.json" ]; then
        machine=$(jq -r '[.cpu_model, (.cpus_online // empty | "\(.) CPUs"),
            (.virtualization // empty | select(. != "none")), (.kernel_release // empty | "Linux \(.)"),
            (.date // empty | .[:10])] | map(strings) | join(", ")' "$run/environment.json")
    fi
    echo "run $(basename "$(cd "$run" && pwd)"): ${machine:-machine not recorded}"
}

is_more_better() { awk -F '\t' -v m="$1" '$1 == m && $3 == "more" { print 1 }' "$run/metrics.tsv"; } # METRIC

# The rows of one experiment: headline metric first, each model's rows together in the order of x, the best model first. If x is a
# word and not a number, each value has its own row, and the rows of a model are close together.
rows() { # STEM METRIC XS
    awk -F '\t' -v OFS='\t' -v stem="$1" -v metric="$2" -v xs="$3" -v ascends="$(is_more_better "$2")" '
        BEGIN { n = split(xs, value, " "); for (i = 1; i <= n; i++) place[value[i]] = i; kinds = value[1] ~ /^[a-z]/ && value[1] !~ /:/ ? n : 0; n = 0 }
        NR == 1 { print 0, 0, 0, $0, "row", "shape"; next }
        $1 != stem { next }
        $2 == "derived" { derived[++more] = $0; next }
        {
            line[++n] = $0; of[n] = $2; model[n] = $3; x[n] = $5
            if (!($3 in family)) { family[$3] = $4; name[++names] = $3; shape[$3] = shapes[$4]++ + 0; last[$3] = ""; cost[$3] = 1e300 }
            if (!($2 in rank)) rank[$2] = $2 == metric ? 0 : ++metrics
            if ($2 == metric && $7 != "-" && (last[$3] == "" || place[$5] >= place[last[$3]])) {
                last[$3] = $5; cost[$3] = $7 == "never" ? 1e299 : ascends ? -$7 : $7 + 0
                if (largest == "" || place[$5] > place[largest]) largest = $5
            }
        }
        function before(a, b) {
            if ((family[a] == "spinning") != (family[b] == "spinning")) return family[b] == "spinning" # never ranked with the others
            if ((last[a] == largest) != (last[b] == largest)) return last[a] == largest
            return cost[a] < cost[b]
        }
        END {
            for (i = 2; i <= names; i++) {
                for (j = i; j > 1 && before(name[j], name[j - 1]); j--) { t = name[j]; name[j] = name[j - 1]; name[j - 1] = t }
            }
            for (i = 1; i <= names; i++) row[name[i]] = i
            for (i = 1; i <= n; i++) {
                at = kinds ? (row[model[i]] - 1) * (kinds + 0.5) + place[x[i]] : row[model[i]]
                print rank[of[i]] + 1, row[model[i]], place[x[i]] + 0, line[i], at, shape[model[i]]
            }
            for (i = 1; i <= more; i++) print metrics + 2, i, 0, derived[i], 0, 0
        }' "$run/summary.tsv" | sort -t "$tab" -k 1,1n -k 2,2n -k 3,3g | cut -f 4-
}

# Whether a script uses one of these functions of style.gp, directly or in a whole figure.
draws() { grep -qF -e two_panels -e two_curves -e 'eval curves' -e "${2%|*}" -e "${2#*|}" "$here/$1.gp" && echo 1 || echo 0; } # STEM WORDS

# Text below the picture: which models are missing and why, and what the marks mean.
below() { # STEM METRIC DATA AXIS OWN (1: each is compared with its plain program)
    if [ -f "$run/models.tsv" ]; then
        awk -F '\t' -v stem="$1" '$1 == stem && $8 ~ /^skipped: / { print "not run: " $2 " (" substr($8, 10) ")" }' "$run/models.tsv"
    fi
    awk -F '\t' -v metric="$2" -v axis="$4" -v own="$5" -v merged="$(grep '^distribution = ' "$here/$1.gp")" \
        -v draws_ratio="$(draws "$1" 'times(|written(')" -v draws_hollow="$(draws "$1" is_hollow)" '
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; files++; next }
        files == 1 { reason[++reasons] = $at["code"]; says[$at["code"]] = $at["says"]; next }
        $2 == metric && $14 !~ /^skipped: / && !($3 in seen) { seen[$3] = 0; name[++n] = $3 }
        $2 == metric && $7 != "-" { seen[$3] = 1 }
        $7 != "-" && $15 == "suspect" { m = split($14, code, ";"); for (i = 1; i <= m; i++) doubted[code[i]] = 1 }
        $7 != "-" && $10 != "-" && $3 != $13 { ratio = draws_ratio; base = own ? "the plain program" : $13 ($5 ~ /^[a-z]/ ? " under the same condition (" axis ")" : "") }
        $7 != "-" && $at["verdict"] == "undecided" { undecided = 1 }
        $7 != "-" && $8 != "-" { bars = 1 }
        END {
            for (i = 1; i <= n; i++) if (!seen[name[i]]) print "no valid trial: " name[i]
            if (ratio) print "×: ratio to " base ", paired within blocks"
            if (undecided && draws_hollow) print "hollow: undecided whether it differs from " (own ? "the plain program" : "the baseline")
            for (i = 1; i <= reasons; i++) if (reason[i] in doubted) print (draws_hollow ? "hollow, " : "suspect, ") reason[i] ": " says[reason[i]]
            if (bars) print "bars: 95 % bootstrap interval of the median over blocks" \
                (merged ? "; p99.9 and bands: of all blocks together" : "")
        }' "$run/validity.tsv" "$3"
}

# gnuplot does not say that it could not write all of a picture.
is_whole() {
    [[ $(tail -c 8 "$work/$stem.svg") = *'</svg>'* && $(tail -c 8 "$work/$stem.pdf") = *%%EOF* && $(tail -c 8 "$work/${stem}_latex.pdf") = *%%EOF* ]] &&
        tail -c 12 "$work/$stem.png" | grep -qa IEND && [ -s "$work/${stem}_latex.tex" ]
}

fail() { echo "plots: $1" >&2 && exit 1; }

tab=$'\t'
work=$(mktemp -d)
trap 'rm -rf "$work" "$run/plots"/.*.new' EXIT
for conf in "$run"/experiments/*.conf; do
    stem=$(basename "$conf" .conf)
    [ -f "$here/$stem.gp" ] || continue
    if [ -f "$run/dropped.tsv" ] && grep -q "^$stem$tab-$tab" "$run/dropped.tsv"; then continue; fi # for lack of time
    metric=$(setting "$conf" metric)
    vary=$(setting "$conf" vary | cut -d ' ' -f 1)
    axis=$(setting "$conf" axis)
    own=0
    if [ "$(setting "$conf" baseline)" = own ]; then own=1; fi
    xs=$(setting "$conf" vary | cut -s -d ' ' -f 2-)
    rows "$stem" "$metric" "$xs" > "$work/$stem.tsv"
    rm -f "$work/$stem.distribution.tsv"
    if [ -f "$run/distribution.tsv" ]; then
        awk -F '\t' -v stem="$stem" 'NR == 1 { header = $0 } $1 == stem { if (!n++) print header; print }' "$run/distribution.tsv" > "$work/$stem.distribution.tsv"
        [ -s "$work/$stem.distribution.tsv" ] || rm "$work/$stem.distribution.tsv"
    fi
    if ! awk -F '\t' -v m="$metric" '$2 == m && $7 != "-" { found = 1 } END { exit !found }' "$work/$stem.tsv"; then
        echo "plots: $stem: no number to draw, left out" >&2
        rm -f "$run/plots/$stem".{tsv,words,gp,svg,png,pdf} "$run/plots/$stem"_latex.{tex,pdf}
        continue
    fi
    {
        setting "$conf" question | wrapped question 88
        echo "metric $metric"
        echo "baseline $(setting "$conf" baseline)"
        echo "families $(awk -F '\t' '
            BEGIN { n = split("iterative process thread multiplexed peer", known, " "); for (i = 1; i <= n; i++) place[known[i]] = i }
            NR > 1 && $4 != "derived" && !seen[$4]++ { print ($4 in place ? place[$4] : 9), $4 }' "$work/$stem.tsv" |
            sort | cut -d ' ' -f 2 | paste -s -d ' ')"
        echo "models $(awk -F '\t' 'NR > 1 && $4 != "derived" && !seen[$3]++ { print $3 }' "$work/$stem.tsv" | paste -s -d ' ')"
        echo "shapes $(awk -F '\t' 'NR > 1 && $4 != "derived" && !seen[$3]++ { print $NF }' "$work/$stem.tsv" | paste -s -d ' ')"
        echo "vary ${axis:-$vary}"
        echo "xs $xs"
        setting "$conf" published | sed 's/^/published /'
        below "$stem" "$metric" "$work/$stem.tsv" "${axis:-$vary}" "$own" | wrapped below 125
        footer | sed 's/^/footer /'
    } > "$work/$stem.words"
    cp "$here/$stem.gp" "$here/style.gp" "$work"
    (cd "$work" && gnuplot "$stem.gp")
    is_whole || fail "$stem: gnuplot drew half a picture: is $work full?"
    mkdir -p "$run/plots"
    for file in "$stem".{tsv,words,gp,svg,png,pdf} "$stem"_latex.{tex,pdf} style.gp "$stem.distribution.tsv"; do
        [ -f "$work/$file" ] || continue
        # Copies to a temporary name first: the folder may be on another file system, and half a picture is not a result.
        cp "$work/$file" "$run/plots/.$file.new"
        mv "$run/plots/.$file.new" "$run/plots/$file"
    done
done
