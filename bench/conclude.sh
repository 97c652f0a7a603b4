#!/bin/bash
# conclude.sh RUN_DIR: makes everything after a run's trials: summary, verdicts, plots, report.
#
# It reads packed runs (bench/report/pack.sh), too.
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
step "$here/report/plots.sh" "$run"
step "$here/report/report.sh" "$run"
