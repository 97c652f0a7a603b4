#!/bin/bash
# report.sh RUN_DIR: writes RUN_DIR/report.md and RUN_DIR/report.html (one file with the plots inside; it needs no network).
#
# Every number comes from the run's files: summary.tsv, verdicts.tsv, chooser.tsv, models.tsv, environment.json,
# experiments/*.conf; those of other machines from bench/doctor/machines.tsv. The parts of the page are in bench/report/.
set -euo pipefail
export LC_ALL=C.UTF-8 # numbers keep their point

if [ $# -ne 1 ]; then
    echo "usage: report.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
if [ ! -f "$run/summary.tsv" ]; then
    echo "report: $run is not a run: it has no summary.tsv" >&2
    exit 1
fi
for file in models.tsv left_out.tsv metrics.tsv validity.tsv environment.json experiments; do
    if [ ! -e "$run/$file" ]; then
        echo "report: $run is incomplete: it has no $file" >&2
        exit 1
    fi
done
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
id=$(basename "$(cd "$run" && pwd)")
# shellcheck source=bench/report/experiment.sh
. "$here/experiment.sh"
# shellcheck source=bench/report/section.sh
. "$here/section.sh"
# shellcheck source=bench/report/first_page.sh
. "$here/first_page.sh"

# Questions in the order of report/order, then the others; not those that were dropped for lack of time.
ordered() {
    local stem conf
    {
        while read -r stem; do
            if [ -f "$run/experiments/$stem.conf" ]; then echo "$run/experiments/$stem.conf"; fi
        done < "$here/order"
        for conf in "$run"/experiments/*.conf; do
            grep -qxF "$(basename "$conf" .conf)" "$here/order" || echo "$conf"
        done
    } | while read -r conf; do
        is_dropped "$(basename "$conf" .conf)" || echo "$conf"
    done
}

models() {
    printf '<a id="models"></a>\n\n## The models\n\n| name | family | workers | experiments | described in | summary | status |\n| --- | --- | ---: | --- | --- | --- | --- |\n'
    awk -f "$parts/text.awk" -f "$parts/models.awk" "$run/models.tsv"
    printf '\nWorkers: the default size of the pool. Each question states the pool size that it uses.\n'
}

environment_table() {
    printf '<a id="environment"></a>\n\n## The environment\n\n| what | value |\n| --- | --- |\n'
    # shellcheck disable=SC2016  # jq's own $
    environment 'paths(type != "object" and type != "array") as $path | [($path | map(tostring) | join(" ")),
        (getpath($path) | if . == null then "not known" else tostring end)] | map(gsub("[\t\n]"; " ")) | join("\t")' |
        awk -f "$parts/text.awk" -f "$parts/environment.awk"
}

claims_in_full() {
    [ -f "$run/verdicts.tsv" ] || return 0
    printf '## The claims in full\n\nEach claim with its source, what would refute it, and all its conditions.\n\n'
    on_all -v full=1 -f "$parts/claims.awk" "$parts/order" "$run/verdicts.tsv"
}

metrics() {
    printf '\n### What the metrics are\n\n'
    awk -f "$parts/text.awk" -f "$parts/metrics.awk" "$run/metrics.tsv"
}

reasons() {
    printf '\n### Reasons to doubt a number\n\n'
    awk -f "$parts/text.awk" -f "$parts/reasons.awk" "$run/validity.tsv"
}

citing() {
    printf '<a id="cite"></a>\n\n## How to cite\n\n'
    # shellcheck disable=SC2016  # Markdown's quotes
    printf 'Cite a ratio with its interval and its conditions: `make cite RUN=%s ID=EXPERIMENT.MODEL@X` prints it as one sentence and refuses suspect or invalid numbers. The run itself:\n\n' "$id"
    # shellcheck disable=SC2016
    printf '```bibtex\n%s\n```\n' "$(bibtex)"
}

method() {
    cat "$parts/method.md"
    if grep -qF 'layouts/{' "$run/cells.tsv" 2> /dev/null; then cat "$parts/method_layouts.md"; fi
    if [ -n "$(environment '.client_io // empty')" ]; then
        cat "$parts/method_scheduler.md"
    else
        echo '- This run is of the first edition: headline cells took part in every block, other cells in some of them, and its client did its I/O with io_uring where the kernel allowed it.'
    fi
}

page() {
    local conf selftest
    selftest=$("$here/report_selftest.sh" "$run")
    first_page
    for conf in "${confs[@]}"; do section "$conf"; done
    claims_in_full
    printf '\n%s\n\n<a id="reading"></a>\n\n' "$selftest"
    cat "$parts/how_to_read.md"
    metrics
    reasons
    printf '\n<a id="method"></a>\n\n'
    method
    echo
    models
    echo
    environment_table
    echo
    citing
}

mapfile -t confs < <(ordered)
if [ ! -f "${confs[0]}" ]; then
    echo "report: $run has no experiments/*.conf" >&2
    exit 1
fi
trap 'rm -f "$run/.report.md.new" "$run/.report.html.new"' EXIT
page | tee "$run/.report.md.new" > /dev/null # tee names the file if the disk is full
{
    page_title=$(sed 's/&/\&amp;/g; s/</\&lt;/g' <<< "forklore: run $id")
    sed '/^@BODY@$/,$d' "$here/report.html.in" | awk -v title="${page_title//\\/\\\\}" '
        { at = index($0, "@TITLE@"); print at ? substr($0, 1, at - 1) title substr($0, at + 7) : $0 }'
    cmark-gfm -e table --unsafe "$run/.report.md.new" | awk -v run="$run" -f "$parts/inline.awk"
    sed '1,/^@BODY@$/d' "$here/report.html.in"
} | tee "$run/.report.html.new" > /dev/null
mv "$run/.report.md.new" "$run/report.md"
mv "$run/.report.html.new" "$run/report.html"
