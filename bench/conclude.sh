#!/bin/bash -p
# conclude.sh RUN_DIR: makes everything after a run's trials: summary, verdicts, report.json, plots and report. The first step that fails
# ends it with its status. Who calls it has the list of all runs made again, too (report/index.sh).
#
# It reads packed runs (bench/report/pack.sh), too. Without gnuplot the report has no plots, and says so.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: conclude.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
steps=$here/../${BUILD:-build}/bench

step() { setpriv --pdeathsig TERM "$@"; } # it ends when this script is killed

step "$steps/analyse/analyse" "$here/questions" "$run"
step "$steps/report/report" "$here/questions" "$run"
rm -f "$run"/{report.json,summary.tsv,distribution.tsv}.xz # of a packed run
step "$here/report/plots.sh" "$run"
step "$here/report/render.py" report.md.j2 "$run/report.json" "$run/report.md" -- page.html.j2 "$run/report.json" "$run/report.html"
