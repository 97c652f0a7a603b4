#!/bin/bash
# conclude.sh RUN_DIR: makes all of a run that comes after its trials: summary, verdicts, plots, report.
#
# A packed run (bench/report/pack.sh) is unpacked for that as long as it takes.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: conclude.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
steps=$here/../${BUILD:-build}/bench

step() { setpriv --pdeathsig TERM "$@"; } # it ends when this script is killed

unpacked=()
trap '[ ${#unpacked[@]} -eq 0 ] || rm -f "${unpacked[@]}"' EXIT
for file in plan.tsv trials.tsv; do
    if [ -f "$run/$file.xz" ] && [ ! -f "$run/$file" ]; then
        unpacked+=("$run/$file")
        unxz -k "$run/$file.xz"
    fi
done
step "$steps/analyse/summarize" "$run"
if [ -f "$run/selftest.tsv" ]; then step "$steps/measure/selftest" --judge "$run"; fi
step "$steps/analyse/judge" "$here/questions/claims" "$run"
step "$steps/analyse/choose" "$here/questions/situations.conf" "$run"
step "$here/report/plots.sh" "$run"
step "$here/report/report.sh" "$run"
