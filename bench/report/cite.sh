#!/bin/bash
# cite.sh RUN_DIR [EXPERIMENT.MODEL[@X]]: prints one result of a run as a sentence to cite, with BibTeX; without a name, a list of
# all results.
#
# Refuses a result that is suspect or invalid, or has too few blocks for an interval, with the reason and status 1.
set -euo pipefail
export LC_ALL=C.UTF-8 # numbers keep their point

fail() { echo "cite: $1" >&2; exit "${2:-1}"; }

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: cite.sh RUN_DIR [EXPERIMENT.MODEL[@X]]" >&2
    exit 2
fi
run=${1%/}
[ -f "$run/summary.tsv" ] || fail "$run is not a run: it has no summary.tsv"
id=$(basename "$(cd "$run" && pwd)")
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=bench/report/experiment.sh
. "$here/experiment.sh"
markup=$parts/as_it_is.awk
wanted=
if [ $# -eq 2 ]; then wanted=${2#*.}; fi
export wanted

if [ -z "$wanted" ]; then
    for conf in "$run"/experiments/*.conf; do
        load_conf "$conf"
        on_cells cite.awk
    done
    exit
fi

name=${2%%.*}
conf=$run/experiments/$name.conf
[ -f "$conf" ] || fail "this run has no question '$name' (make cite RUN=$id lists the results)"
[[ $2 = *.* ]] || fail "ID needs a model: $name.MODEL (make cite RUN=$id lists them)" 2
load_conf "$conf"
IFS=$'\t' read -r clause blocks < <(on_cells cite.awk)
[ "$clause" != refused ] || fail "$blocks"
echo "In one run on one machine ($(machine)), $clause (95 % bootstrap intervals, $blocks blocks; $(conditions "$conf")). Other machines will differ: $(source_of_run)."
echo
bibtex
