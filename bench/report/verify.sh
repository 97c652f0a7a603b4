#!/bin/bash
# verify.sh RUN_DIR: makes everything that comes after a run's trials once more, in a temporary folder from a copy of its raw
# files, and fails on any difference: summary.tsv, metrics.tsv, validity.tsv, doubts.tsv, distribution.tsv, selftest_verdicts.tsv, verdicts.tsv, chooser.tsv, plots/, report.md,
# report.html.
#
# A row of trials.tsv, latency.tsv or hyperfine.tsv that does not bear its checksum is a difference too. Pictures that are no
# text (.png, .pdf) are compared where gnuplot is the version that the run recorded. What is not seen: an edit of the other raw
# files that no result depends on. Of a packed run (bench/report/pack.sh), a report.html and what of plots/ it does not have are no difference.
set -euo pipefail
export LC_ALL=C # bytes

fail() { echo "verify: $1" >&2; exit 1; }

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: verify.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
for file in plan.tsv trials.tsv environment.json summary.tsv report.md; do
    [ -f "$run/$file" ] || [ -f "$run/$file.xz" ] || fail "$run is not a finished run: it has no $file"
done
[ ! -f "$run/trials.tsv" ] || flock -n "$run/trials.tsv" true || fail "another run is writing $run"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

again=$work/$(basename "$(cd "$run" && pwd)") # its name is in plots and report
mkdir "$again"
for file in "$run"/*; do
    case ${file##*/} in
        summary.tsv | metrics.tsv | validity.tsv | doubts.tsv | distribution.tsv | selftest_verdicts.tsv | verdicts.tsv | chooser.tsv | plots | report.md | report.html) ;;
        *) cp -r "$file" "$again" ;;
    esac
done
"$here/../conclude.sh" "$again" > "$work/log" 2>&1 || {
    why=$(tail -n 1 "$work/log")
    fail "$run cannot be made again: ${why//$again/$run}"
}

# ---- are they the same? ---------------------------------------------------------------------------------------------
recorded=$(jq -r '.versions.gnuplot // "not known"' "$run/environment.json")
present=$(gnuplot --version)

made() { # RUN
    (cd "$1" && find summary.tsv metrics.tsv validity.tsv doubts.tsv distribution.tsv selftest_verdicts.tsv verdicts.tsv chooser.tsv plots report.md report.html -type f 2>/dev/null) || true
}

# An SVG begins with the version that drew it, also inside report.html.
text() { # FILE
    if [ "$recorded" = "$present" ]; then cat "$1"; else sed 's/<desc>Produced by GNUPLOT [^<]*//' "$1"; fi
}

# The first line in which two texts differ: its number, and what stands around the first difference.
difference() { # STORED RECOMPUTED
    awk '
        function around(s) { return at > 30 ? "..." substr(s, at - 25, 75) : substr(s, 1, 75) }
        {
            more = (getline other < again) > 0
            if (more && ("" $0) == ("" other)) next
            while (more && at <= length($0) && substr($0, at + 1, 1) == substr(other, at + 1, 1)) at++
            print FNR ": stored \"" around($0) "\", recomputed " (more ? "\"" around(other) "\"" : "nothing")
            found = 1
            exit
        }
        END {
            if (found) exit
            if ((getline other < again) > 0) print FNR + 1 ": stored nothing, recomputed \"" around(other) "\""
            else print FNR ": the same up to the newline at its end"
        }' again="$work/recomputed" <(text "$1")
}

differing=0 same=0 skipped=0 packed=0
differs() { differing=$((differing + 1)) && echo "verify: $run/$1" >&2; }
while read -r file; do
    stored=$run/$file recomputed=$again/$file
    if [ ! -f "$stored" ] && [ -f "$run/trials.tsv.xz" ] && [[ $file = plots/*.[!s]* || $file = *.html || $file = doubts.tsv ]]; then
        packed=$((packed + 1))
    elif [ ! -f "$stored" ]; then
        differs "$file is missing: it is made of the run's raw files"
    elif [ ! -f "$recomputed" ]; then
        differs "$file is not made of the run's raw files"
    elif [[ $file = *.png || $file = *.pdf ]]; then
        if [ "$recorded" != "$present" ]; then
            skipped=$((skipped + 1))
        elif cmp -s "$stored" "$recomputed"; then
            same=$((same + 1))
        else
            differs "$file: stored another picture"
        fi
    else
        text "$recomputed" > "$work/recomputed"
        if text "$stored" | cmp -s - "$work/recomputed"; then
            same=$((same + 1))
        else
            differs "$file:$(difference "$stored")"
        fi
    fi
done < <({ made "$run"; made "$again"; } | sort -u |
    awk '{ print ($0 == "summary.tsv" ? 0 : /^[^\/]*[.]tsv$/ ? 1 : 2), $0 }' | sort -k 1,1n -k 2,2r | cut -d ' ' -f 2-) # a cause before what follows from it

if [ $differing -gt 0 ]; then
    fail "$run: $differing of $((differing + same)) files differ from what its raw files yield with the programs here$(
        [ "$recorded" = "$present" ] || echo ", where gnuplot is $present and not $recorded")"
fi
echo "verify: $run: all $same files agree with what its raw files yield$([ $skipped -eq 0 ] ||
    echo "; $skipped pictures (.png, .pdf) not compared: drawn by $recorded, here is $present")$([ $packed -eq 0 ] ||
    echo "; $packed files not compared: the packed run has figures as SVG and the report as Markdown only")"
