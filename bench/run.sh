#!/bin/bash
# run.sh: the whole line for one run: plan, trials, and what is concluded from them. Knobs are environment variables:
#   RUN          the run's name, a folder in RESULTS (default: the time); one that exists goes on where it stopped
#   BUDGET       minutes for all trials together (default 10)
#   EXPERIMENTS  only these, separated by blanks, or all (default: the core, those marked so)
#   MODELS       only these, separated by blanks (default: all)
#   SEED         of the order of the trials (default 1)
#   SERVER_CPUS, CLIENT_CPUS   lists of processors (default: a core each)
#   RESULTS      where runs are kept (default results)
#   RUN_LOCK     runs with the same file exclude each other (default /tmp/forklore.lock)
#   SELFTEST     no: a throw-away run, without the self-tests before its trials; environment.json and the report say so
set -euo pipefail

step() { setpriv --pdeathsig TERM "$@"; } # it ends when this script is killed
fail() { echo "bench: $1" >&2; exit "${2:-1}"; }

cd "$(dirname "${BASH_SOURCE[0]}")/.."
name=${RUN:-$(date -u +%Y-%m-%d_%H%M%S)}
[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "RUN must be a name of letters, digits, '.', '_' and '-', not '$name'" 2
[[ ${BUDGET:=10} =~ ^[0-9]+([.][0-9]+)?$ ]] || fail "BUDGET must be a number of minutes, not '$BUDGET'" 2
[[ ${SEED:-1} =~ ^[0-9]+$ ]] || fail "SEED must be a whole number, not '$SEED'" 2
[[ ${SELFTEST:=yes} =~ ^(yes|no)$ ]] || fail "SELFTEST is yes or no, not '$SELFTEST'" 2
build=${BUILD:-build} # the folder of the variant (Makefile)
run=${RESULTS:-results}/$name
if [ "${1:-}" != "$run" ]; then # its folder is among its arguments for whoever is refused because of it
    RUN=$name exec "$build"/bench/base/with_lock "${RUN_LOCK:-/tmp/forklore.lock}" bench/run.sh "$run"
fi

if [ -e "$run/settings.tsv" ]; then
    [ -z "${SEED:-}${EXPERIMENTS:-}${MODELS:-}${SERVER_CPUS:-}${CLIENT_CPUS:-}" ] ||
        fail "$run was planned already: its SEED, EXPERIMENTS, MODELS and processors stay as they are" 2
    [ ! -e "$run/trials.tsv" ] || "$build"/bench/base/with_lock "$run/trials.tsv" true || exit
    [ ! -e "$run/trials.tsv.xz" ] || fail "$run is packed: to go on with it, unxz its files first"
    echo "bench: $run is there already and goes on where it stopped" >&2
    step "$build"/bench/measure/plan --budget "$BUDGET" "$run"
else
    [ ! -e "$run" ] || [ -z "$(ls -A "$run")" ] || fail "$run is not a run: it has files, but no settings.tsv"
    # It is there planned, or not at all: whoever is killed meanwhile begins anew.
    new=${RESULTS:-results}/.$name.new
    rm -rf "$new"
    trap 'rm -rf "$new"' EXIT
    mkdir -p "$new"
    step "$build"/bench/measure/plan --budget "$BUDGET" --seed "${SEED:-1}" ${EXPERIMENTS:+--experiments "$EXPERIMENTS"} \
        ${MODELS:+--models "$MODELS"} ${SERVER_CPUS:+--server-cpus "$SERVER_CPUS"} \
        ${CLIENT_CPUS:+--client-cpus "$CLIENT_CPUS"} "$new"
    mv -T "$new" "$run"
    trap - EXIT
fi

setting() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$run/settings.tsv"; }
halts=no
if [ -w /dev/cpu_dma_latency ]; then halts=yes; fi
if [ -e "$run/selftest.tsv" ]; then SELFTEST=yes; fi # an earlier part of the run was tested
bench/measure/environment.sh "run=$name" "budget_minutes=$BUDGET" "seed=$(setting seed)" "server_cpus=$(setting server_cpus)" \
    "client_cpus=$(setting client_cpus)" "halts_held_off=$halts" "selftest=$SELFTEST" | tee "$run/environment.json.new" > /dev/null || {
    rm -f "$run/environment.json.new"
    exit 1
}
mv "$run/environment.json.new" "$run/environment.json"

[ -e "$run/selftest.tsv" ] || [ "$SELFTEST" = no ] || step "$build"/bench/measure/selftest "$run"
echo "bench: run $name, $BUDGET minutes of trials, then plots and report; interrupted, it goes on with: make bench RUN=$name BUDGET=$BUDGET" >&2
step "$build"/bench/measure/trial --budget "$BUDGET" "$run"
step bench/conclude.sh "$run"
echo "bench: read $run/report.html" >&2
