#!/bin/bash -p
# pack.sh RUN_DIR: makes a finished run small enough to commit: compresses the files that only programs read, and keeps only the
# SVG of each figure, which report.md shows. Removes report.html, which contains all figures.
#
# `make report`, `make verify`, `make cite` and `make compare` accept packed runs. `make report` restores report.html, report.json and
# plots/; `unxz *.xz` before it undoes the packing.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: pack.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
if [ ! -f "$run/report.md" ]; then
    echo "pack: $run is not a finished run: it has no report.md" >&2
    exit 1
fi
if [ -f "$run/trials.tsv" ] && ! flock -n "$run/trials.tsv" true; then
    echo "pack: another run is writing $run" >&2
    exit 1
fi
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
rm -f "$run"/doubts.tsv "$run"/compare-*.{html,json} "$run"/plots/*.{png,pdf,tex,tsv,gp,words}
compress() { # FILE...
    local file
    for file; do
        if [ -f "$run/$file" ]; then xz -9e -f "$run/$file"; fi
    done
}
compress plan.tsv trials.tsv hyperfine.tsv latency.tsv messages.log cells.tsv summary.tsv distribution.tsv
# The report's links now point to the packed files.
"$here/../../${BUILD:-build}/bench/report/report" "$here/../questions" "$run"
"$here/render.py" report.md.j2 "$run/report.json" "$run/report.md"
rm -f "$run/report.html"
compress report.json
"$here/index.sh" "$(dirname "$(cd "$run" && pwd)")"
echo "pack: $run takes $(du -sk --apparent-size "$run" | cut -f 1) KiB"
