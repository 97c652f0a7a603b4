#!/bin/bash -p
# later.sh RUN_DIR: copies the claims and situations that the project has got or changed since the run was planned into
# RUN_DIR/later/. They are judged, too, and marked: later.h says how. Copies the machines known (results/machines.tsv), too.
#
# It is not part of conclude.sh: verify judges by what is there already, whatever was added to the project since. Experiments that
# were added have no trials, so there is nothing to judge.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: later.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
questions=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../questions" && pwd)

meaning() { sed -E '/^(#|$)/d; s/[[:blank:]]+/ /g; s/ $//' "$1"; } # CONF: the frozen copies have no comments

rm -rf "$run/later"
for folder in claims situations; do
    [ -d "$run/$folder" ] || continue # frozen in no run of the first edition
    for conf in "$questions/$folder"/*.conf; do
        frozen=$run/$folder/${conf##*/}
        if [ -f "$conf" ] && ! { [ -f "$frozen" ] && cmp -s <(meaning "$conf") <(meaning "$frozen"); }; then
            mkdir -p "$run/later/$folder"
            cp "$conf" "$run/later/$folder"
        fi
    done
done

if [ -f "$questions/../../results/machines.tsv" ]; then
    cp "$questions/../../results/machines.tsv" "$run"
fi
