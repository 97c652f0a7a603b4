#!/bin/bash -p
# index.sh RESULTS_DIR: writes RESULTS_DIR/index.html, the list of its runs, from each run's report.json. A run that is not concluded is
# listed by its name. An index.html that is not of this program stays as it is.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: index.sh RESULTS_DIR" >&2
    exit 2
fi
results=$1 here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
page=$results/index.html
if [ -e "$page" ] && ! grep -q '^<meta name="generator" content="forklore">$' "$page"; then
    echo "index: $page is not a list of runs and stays as it is" >&2
    exit
fi
exec 9< "$results"
flock 9 # runs may end at the same time
reports=() others=()
for run in "$results"/*/; do
    if [ -f "${run}report.json" ]; then
        reports+=("${run}report.json")
    elif [ -f "${run}report.json.xz" ]; then
        reports+=("${run}report.json.xz")
    elif [ -f "${run}settings.tsv" ]; then
        others+=("$(basename "$run")")
    fi
done
# HOME: the user's ~/.jq could change what jq prints.
"$here/render.py" index.html.j2 <(HOME=/dev/null jq -n '{others: $ARGS.positional}' --args "${others[@]}") "${reports[@]}" "$page"
