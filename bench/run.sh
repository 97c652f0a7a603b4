#!/bin/bash -p
# run.sh: one whole run: plan, trials, and conclusions. Settings are environment variables:
#
#   RUN          the run's name, a folder in RESULTS (default: the time); an existing run continues where it stopped, and its
#                other settings, apart from BUDGET, may be given again, but not changed
#   BUDGET       minutes for all trials together (default 10)
#   EXPERIMENTS  only these, separated by blanks, or all (default: the core)
#   MODELS       only these, separated by blanks (default: all)
#   SEED         seed of the order of the trials (default 1)
#   SERVER_CPUS, CLIENT_CPUS   lists of CPUs (default: one core for the server, and as many for the client as it needs)
#   RESULTS      folder of the runs (default results)
#   RUN_LOCK     runs with the same lock file exclude each other (default /tmp/forklore.lock)
#   SERVER       a server of your own, a command with {port}, and {address} for client hosts; it takes part as "mine"
#   SERVERS      a file of lines NAME=COMMAND: several of them
#   CLIENT_HOSTS drive from these hosts instead of this machine, separated by blanks (README, "Client hosts")
#   LAUNCH       how to start a program on the host {} (default: ssh, without questions)
#   SERVER_ADDRESS   the address of this machine that the client hosts reach; servers listen there
#   SELFTEST     no: a throw-away run without self-tests; environment.json and the report say so
set -euo pipefail

step() { setpriv --pdeathsig TERM "$@"; } # it ends when this script is killed
fail() { echo "bench: $1" >&2; exit "${2:-1}"; }

cd "$(dirname "${BASH_SOURCE[0]}")/.."
name=${RUN:-$(date -u +%Y-%m-%d_%H%M%S)}
[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] || fail "RUN must be a name of letters, digits, '.', '_' and '-', not '$name'" 2
[[ ${BUDGET:=10} =~ ^[0-9]+([.][0-9]+)?$ && ${BUDGET%.*} -le 10080 ]] || fail "BUDGET must be a number of minutes, not '$BUDGET'" 2
[[ ${SEED:-1} =~ ^[0-9]+$ ]] || fail "SEED must be a whole number, not '$SEED'" 2
[[ ${SELFTEST:=yes} =~ ^(yes|no)$ ]] || fail "SELFTEST must be yes or no, not '$SELFTEST'" 2
build=${BUILD:-build} # the folder of the variant (Makefile)
run=${RESULTS:-results}/$name
if [ "${1:-}" != "$run" ]; then # the folder is an argument so that a refused run can name it
    lock=${RUN_LOCK:-/tmp/forklore.lock}
    [ -e "$lock" ] || [ -w "$(dirname "$lock")" ] ||
        fail "RUN_LOCK: cannot create $lock: $(dirname "$lock") is not a writable folder (set RUN_LOCK to a writable path)"
    RUN=$name exec "$build"/bench/base/with_lock "$lock" bench/run.sh "$run"
fi

setting() { awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$run/settings.tsv"; }
# What the client hosts are; a host that is no use ends the run before it begins.
client_hosts() { "$build"/clients/drive --describe --hosts "$1" ${2:+--launch "$2"}; }

if [ -e "$run/settings.tsv" ]; then
    for knob in SEED EXPERIMENTS MODELS SERVER SERVERS SERVER_CPUS CLIENT_CPUS CLIENT_HOSTS LAUNCH SERVER_ADDRESS; do
        planned=$(setting "${knob,,}")
        [ -z "${!knob:-}" ] || [ "${!knob}" = "$planned" ] ||
            fail "$run is already planned: $knob cannot change from '$planned' to '${!knob}'" 2
    done
    [ ! -e "$run/trials.tsv" ] || "$build"/bench/base/with_lock "$run/trials.tsv" true || exit
    [ ! -e "$run/trials.tsv.xz" ] || fail "$run is packed: unxz its files to continue it"
    echo "bench: $run exists and continues where it stopped" >&2
    step "$build"/bench/measure/plan "$run"
else
    [ ! -e "$run" ] || [ -z "$(ls -A "$run")" ] || fail "$run is not a run: it has files, but no settings.tsv"
    # The folder appears completely planned or not at all: a killed plan starts again.
    new=${RESULTS:-results}/.$name.new
    rm -rf "$new"
    trap 'rm -rf "$new"' EXIT
    mkdir -p "$new"
    [ -n "${SERVER_CPUS:-}${CLIENT_CPUS:-}${CLIENT_HOSTS:-}" ] || CLIENT_CPUS=$(step "$build"/bench/measure/client_cpus)
    step "$build"/bench/measure/plan --seed "${SEED:-1}" ${EXPERIMENTS:+--experiments "$EXPERIMENTS"} \
        ${MODELS:+--models "$MODELS"} ${SERVER_CPUS:+--server-cpus "$SERVER_CPUS"} \
        ${CLIENT_CPUS:+--client-cpus "$CLIENT_CPUS"} ${SERVER:+--server "$SERVER"} \
        ${SERVERS:+--servers "$SERVERS"} ${CLIENT_HOSTS:+--client-hosts "$CLIENT_HOSTS"} ${LAUNCH:+--launch "$LAUNCH"} \
        ${SERVER_ADDRESS:+--server-address "$SERVER_ADDRESS"} "$new"
    [ -z "${CLIENT_HOSTS:-}" ] || client_hosts "$CLIENT_HOSTS" "${LAUNCH:-}" > /dev/null # before the folder appears
    (cd "$new" && shopt -s nullglob && sha256sum {experiments,claims,situations,foreign}/*.conf > frozen.sha256) # what it is judged by
    mv -T "$new" "$run"
    trap - EXIT
fi

hosts=$(setting client_hosts) described=
if [ -n "$hosts" ]; then
    described=$(client_hosts "$hosts" "$(setting launch)")
    echo "bench: clients on $hosts; servers listen on $(setting server_address), which others may reach, too" >&2
fi
halts=no
if [ -w /dev/cpu_dma_latency ]; then halts=yes; fi
client_io=$("$build"/clients/drive --describe)
if [ -e "$run/selftest.tsv" ]; then SELFTEST=yes; fi # an earlier part of the run was tested
bench/measure/environment.sh "run=$name" "budget_minutes=$BUDGET" "seed=$(setting seed)" "server_cpus=$(setting server_cpus)" \
    "client_cpus=$(setting client_cpus)" "client_io=$client_io" "halts_held_off=$halts" "selftest=$SELFTEST" \
    ${described:+"client_hosts=${described//$'\n'/; }"} | tee "$run/environment.json.new" > /dev/null || {
    rm -f "$run/environment.json.new"
    exit 1
}
mv "$run/environment.json.new" "$run/environment.json"

[ -e "$run/selftest.tsv" ] || [ "$SELFTEST" = no ] || step "$build"/bench/measure/selftest "$run"
echo "bench: run $name, $BUDGET minutes of trials, then plots and report; to continue after an interruption: make bench RUN=$name BUDGET=$BUDGET" >&2
step "$build"/bench/measure/trial --budget "$BUDGET" "$run"
step bench/report/later.sh "$run"
step bench/conclude.sh "$run"
step bench/report/index.sh "${RESULTS:-results}"
echo "bench: read $run/report.html" >&2
