#!/bin/bash -p
# pool.sh OUTPUT_DIR RUN_OR_FOLDER...: pools runs of several machines: OUTPUT_DIR/pool.html, pool.md, pool.json, plots/, machines.tsv.
#
# Each argument is a run, packed or not, or a folder of runs. A run that does not verify is left out and named, and so is one that is
# dirty, failed a self-test, or is of another edition; the others are pooled. ACCEPT=yes takes those that do not verify, are dirty or
# failed a self-test, too, and does not verify any. Without gnuplot the page has no plots, and says so.
set -euo pipefail
shopt -s nullglob
export LC_ALL=C.UTF-8

if [ $# -lt 2 ]; then
    echo 'usage: pool.sh OUTPUT_DIR RUN_OR_FOLDER...' >&2
    exit 2
fi
output=${1%/}
shift
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[[ ${ACCEPT:=no} =~ ^(yes|no)$ ]] || { echo "pool: ACCEPT must be yes or no, not '$ACCEPT'" >&2 && exit 2; }

# ---- which runs ---------------------------------------------------------------------------------------------------------
is_run() { # FOLDER: also one of the first edition, or one that is not finished: it is named then
    [ -f "$1/report.json" ] || [ -f "$1/report.json.xz" ] || [ -f "$1/settings.tsv" ]
}
runs=()
for argument; do
    found=0
    [ -d "$argument" ] || { echo "pool: $argument is not a folder" >&2 && exit 1; }
    for folder in "${argument%/}" "${argument%/}"/*/; do
        if is_run "$folder"; then
            runs+=("${folder%/}") found=$((found + 1))
            [ "$folder" != "${argument%/}" ] || break
        fi
    done
    [ $found -gt 0 ] || { echo "pool: $argument is not a run, and no folder of runs" >&2 && exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
left_out=$work/left_out
touch "$left_out"

# ---- verify -------------------------------------------------------------------------------------------------------------
# What is no run of this edition is named by pool itself.
verify() { # NUMBER RUN
    "$here/verify.sh" "$2" > /dev/null 2> "$work/$1.why" || touch "$work/$1.failed"
}
usable=()
if [ "$ACCEPT" = yes ]; then
    usable=("${runs[@]}")
else
    for i in "${!runs[@]}"; do
        [ -f "${runs[i]}/report.json" ] || [ -f "${runs[i]}/report.json.xz" ] || continue
        while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
        verify "$i" "${runs[i]}" &
    done
    wait
    for i in "${!runs[@]}"; do
        if [ -f "$work/$i.failed" ]; then
            why="it does not verify: $(tail -n 1 "$work/$i.why" | sed 's/^verify: //') (make report recomputes a run of an older commit)"
            echo "pool: left out: ${runs[i]}: $why" >&2
            printf '%s\t%s\n' "${runs[i]}" "$why" >> "$left_out"
        else
            usable+=("${runs[i]}")
        fi
    done
fi
[ ${#usable[@]} -gt 0 ] || { echo 'pool: no run is left to pool' >&2 && exit 1; }

# ---- pool ---------------------------------------------------------------------------------------------------------------
# All is made in a folder of its own and replaces the old at the end.
new=$output/.pooling
trap 'rm -rf "$work" "$new"; rmdir "$output" 2> /dev/null || true' EXIT
rm -rf "$new"
mkdir -p "$new/plots"
accept=()
[ "$ACCEPT" = no ] || accept=(--accept)
"$here/../../${BUILD:-build}/bench/report/pool" "${accept[@]}" "$new" "$left_out" "${usable[@]}"

# A plot has the script of its form.
cp "$here"/../../plots/style.gp "$new/plots"
for words in "$new/plots"/*.words; do
    stem=$(basename "$words" .words)
    printf '# gnuplot %s.gp redraws this figure.\nstem = "%s"\n' "$stem" "$stem" | cat - "$here/../../plots/pool/${stem%%_*}.gp" > "$new/plots/$stem.gp"
done
if ! command -v gnuplot > /dev/null; then
    echo 'pool: no pictures: gnuplot is not installed (make deps)' >&2
elif ! said=$(cd "$new/plots" && printf '%s\n' {forest,cost}_*.gp | xargs -P "$(nproc)" -n 1 gnuplot -d 2>&1); then
    echo "pool: gnuplot failed: $(sed '/^ *^*$/d' <<< "$said" | head -n 1)" >&2
    exit 1
fi
"$here/render.py" pool.md.j2 "$new/pool.json" "$new/pool.md"
"$here/render.py" pool.html.j2 "$new/pool.json" "$new/pool.html"
rm -rf "$output"/plots "$output"/pool.{json,md,html} "$output/machines.tsv"
mv "$new"/* "$output"
echo "pool: $output/pool.html"
