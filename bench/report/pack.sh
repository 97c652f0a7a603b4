#!/bin/bash
# pack.sh RUN_DIR: makes a finished run small enough to be committed: what only steps read is compressed, and of the figures
# the SVG is kept, which report.md shows. report.html, which has all of them inside, goes.
#
# `make report`, `make verify`, `make cite` and `make compare` take packed runs; `make report` makes report.html and all of
# plots/ again, and `unxz *.xz` before it undoes it all.
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
rm -f "$run"/doubts.tsv "$run"/plots/*.{png,pdf,tex,tsv,gp,words}
for file in plan.tsv trials.tsv hyperfine.tsv latency.tsv messages.log; do
    if [ -f "$run/$file" ]; then xz -9e -f "$run/$file"; fi
done
"$(dirname "${BASH_SOURCE[0]}")/report.sh" "$run" # it links what is there now
rm "$run/report.html"
echo "pack: $run takes $(du -sk --apparent-size "$run" | cut -f 1) KiB"
