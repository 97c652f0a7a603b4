#!/bin/bash -p
# plots.sh RUN_DIR: draws RUN_DIR/plots/<stem>.svg, .png, .pdf and _latex.tex (which includes _latex.pdf) for each question of
# RUN_DIR/report.json that has numbers to draw.
#
# Each picture comes with its numbers (<stem>.tsv and, for open loops, <stem>.distribution.tsv), its texts (<stem>.words) and its
# script, so that `gnuplot <stem>.gp` in that folder redraws it. Without gnuplot or a font there are no pictures.
set -euo pipefail
shopt -s nullglob
export LC_ALL=C.UTF-8 # gnuplot writes µ and ×; numbers keep their point

if [ $# -ne 1 ]; then
    echo "usage: plots.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
if [ ! -f "$run/report.json" ]; then
    echo "plots: $run is not a run: it has no report.json" >&2
    exit 1
fi
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
scripts=$here/../../plots

# All is made in a folder of its own and replaces the old at the end, so that texts, numbers and pictures are of one making.
work=$run/plots/.drawing
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
mkdir -p "$work"
replace() {
    rm -f "$run"/plots/*
    mv "$work"/* "$run/plots"
}
no_pictures() { # WHY
    echo "plots: no pictures: $1" >&2
    if [ ${#stems[@]} -gt 0 ]; then replace; else rm -f "$run"/plots/*; fi
    exit 0
}

"$here/../../${BUILD:-build}/bench/report/plot_tables" "$run" "$work"
stems=()
for words in "$work"/*.words; do
    stem=$(basename "$words" .words)
    stems+=("$stem")
    if [ -f "$scripts/$stem.gp" ]; then
        cp "$scripts/$stem.gp" "$work"
    else
        printf '# gnuplot %s.gp redraws this figure.\nstem = "%s"\nload "style.gp"\neval figure\n' "$stem" "$stem" > "$work/$stem.gp"
    fi
done
[ ${#stems[@]} -gt 0 ] || no_pictures 'there is no number to draw'
cp "$scripts/style.gp" "$work"
command -v gnuplot > /dev/null || no_pictures 'gnuplot is not installed (make deps)'

draw() { (cd "$work" && printf '%s.gp\n' "${stems[@]}" | xargs -P "$(nproc)" -n 1 gnuplot -d); }
failed=0
said=$(draw 2>&1) || failed=1
if grep -qi font <<< "$said"; then
    rm -f "$work"/*.{svg,png,pdf,tex}
    no_pictures 'no font is installed (make deps)'
fi
[ -z "$said" ] || echo "$said" >&2

# gnuplot does not say that it could not write all of a picture.
whole=$(grep -alsE '</svg>|IEND|%%EOF' "$work"/*.{svg,png,pdf} | wc -l)
for stem in "${stems[@]}"; do [ -s "$work/${stem}_latex.tex" ] && whole=$((whole + 1)); done
if [ "$failed" = 1 ] || [ "$whole" -ne $((5 * ${#stems[@]})) ]; then
    echo "plots: gnuplot drew only $whole of $((5 * ${#stems[@]})) files: is $run full?" >&2
    exit 1
fi
replace
