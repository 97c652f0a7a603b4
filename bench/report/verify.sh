#!/bin/bash -p
# verify.sh RUN_DIR: recomputes everything after a run's trials in a temporary folder, from a copy of its raw files, and fails on
# any difference in what is made of them (the list `made` below).
#
# Differences, too, are: a wrong checksum in a row of plan.tsv, trials.tsv, latency.tsv or hyperfine.tsv; a block of plan.tsv that is
# not what the scheduler chooses from the trials before it; experiments, claims, situations and foreign servers that are not those the run was planned
# with (frozen.sha256). What the project has added since is no part of this. Binary pictures (.png, .pdf) are compared only if gnuplot
# has the recorded version. An edit of other raw files that affects no result is not detected. A packed run (bench/report/pack.sh)
# may lack report.html and parts of plots/, and some of its files are compressed.
set -euo pipefail
export LC_ALL=C # bytes

made=(summary.tsv metrics.tsv validity.tsv doubts.tsv distribution.tsv selftest_verdicts.tsv verdicts.tsv chooser.tsv
    report.json plots report.md report.html)

fail() { echo "verify: $1" >&2; exit 1; }

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: verify.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
for file in plan.tsv trials.tsv environment.json summary.tsv report.json report.md; do
    [ -f "$run/$file" ] || [ -f "$run/$file.xz" ] || fail "$run is not a finished run: it has no $file$(
        [[ $file != report.* ]] || echo "; make report RUN=${run##*/}")"
done
[ ! -f "$run/trials.tsv" ] || flock -n "$run/trials.tsv" true || fail "another run is writing $run"
command -v gnuplot > /dev/null || fail 'gnuplot is not installed, so no plot can be compared (make deps installs it)'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

setpriv --pdeathsig TERM "$here/../../${BUILD:-build}/bench/measure/replay" "$run" > "$work/replayed" 2>&1 &
replay=$!
again=$work/$(basename "$(cd "$run" && pwd)") # plots and report contain its name
mkdir "$again"
for file in "$run"/*; do
    name=${file##*/}
    case " ${made[*]} " in
        *" ${name%.xz} "*) ;;
        *) cp -r "$file" "$again" ;;
    esac
done
"$here/../conclude.sh" "$again" > "$work/log" 2>&1 || {
    why=$(tail -n 1 "$work/log")
    fail "$run cannot be recomputed: ${why//$again/$run}"
}
mkdir "$work/unpacked"
for name in "${made[@]}"; do
    [ ! -f "$run/$name.xz" ] || xz -dc "$run/$name.xz" > "$work/unpacked/$name" ||
        fail "$run/$name.xz: xz cannot read it; make report RUN=${run##*/}"
done

# ---- compare ---------------------------------------------------------------------------------------------
recorded=$(HOME=/dev/null jq -r '.versions.gnuplot // "not known"' "$run/environment.json")
present=$(gnuplot --version)

files() { # RUN
    (cd "$1" && find "${made[@]}" -type f 2>/dev/null) || true
}

# An SVG, also inside report.html, begins with the version of gnuplot.
text() { # FILE
    if [ "$recorded" = "$present" ]; then cat "$1"; else sed 's/<desc>Produced by GNUPLOT [^<]*//' "$1"; fi
}

is_picture() { [[ $1 = *.png || $1 = *.pdf ]]; } # binary

# The first different line of two texts: its number, and the text around the first difference.
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

differing=0 same=0 skipped=0 packed=0 without=
differs() { differing=$((differing + 1)) && echo "verify: $run/$1" >&2; }

if [ -f "$run/frozen.sha256" ]; then
    while read -r file; do
        differs "$file: not what the run was planned with (frozen.sha256)"
    done < <(cd "$run" && shopt -s nullglob && sha256sum {experiments,claims,situations,foreign}/*.conf |
        sort | comm -3 - <(sort frozen.sha256) | awk '{ print $2 }' | sort -u)
else
    without+='; questions not compared: it has no frozen.sha256'
fi
if wait $replay; then
    without+="; $(< "$work/replayed")"
else
    replayed=$(sed 's/^replay: //' "$work/replayed")
    differs "${replayed#"$run/"}"
fi
while read -r file; do
    stored=$run/$file recomputed=$again/$file
    if [ -f "$work/unpacked/$file" ] && [ ! -f "$stored" ]; then stored=$work/unpacked/$file; fi
    if [ ! -f "$stored" ] && [ -f "$run/trials.tsv.xz" ] && [[ $file = plots/*.[!s]* || $file = *.html || $file = doubts.tsv ]]; then
        packed=$((packed + 1))
    elif [ ! -f "$stored" ]; then
        differs "$file is missing"
    elif [ ! -f "$recomputed" ]; then
        differs "$file: the raw files do not produce it"
    elif is_picture "$file" && [ "$recorded" != "$present" ]; then
        skipped=$((skipped + 1))
    elif cmp -s "$stored" "$recomputed"; then
        same=$((same + 1))
    elif is_picture "$file"; then
        differs "$file: the stored picture differs"
    else
        text "$recomputed" > "$work/recomputed"
        if text "$stored" | cmp -s - "$work/recomputed"; then
            same=$((same + 1))
        else
            differs "$file:$(difference "$stored")"
        fi
    fi
done < <({ files "$run"; files "$work/unpacked"; files "$again"; } | sort -u |
    awk '{ print ($0 == "summary.tsv" ? 0 : /^[^\/]*[.]tsv$/ ? 1 : $0 == "report.json" ? 2 : 3), $0 }' |
    sort -k 1,1n -k 2,2r | cut -d ' ' -f 2-) # causes before their consequences

if [ $differing -gt 0 ]; then
    fail "$run: $differing of $((differing + same)) files differ from what its raw files and these programs produce$(
        [ "$recorded" = "$present" ] || echo ", where gnuplot is $present and not $recorded")"
fi
echo "verify: $run: all $same files agree with its raw files$([ $skipped -eq 0 ] ||
    echo "; $skipped pictures (.png, .pdf) not compared: drawn by $recorded, not $present")$([ $packed -eq 0 ] ||
    echo "; $packed files not compared: a packed run has only the SVG figures, report.json and report.md")$without"
