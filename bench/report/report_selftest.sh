#!/bin/bash
# report_selftest.sh RUN_DIR: prints the report's section on the self-tests as Markdown: their results from RUN_DIR/selftest_verdicts.tsv,
# and which numbers are in doubt if one failed.
set -euo pipefail
export LC_ALL=C.UTF-8 # numbers keep their point

if [ $# -ne 1 ]; then
    echo "usage: report_selftest.sh RUN_DIR" >&2
    exit 2
fi
table=${1%/}/selftest_verdicts.tsv
printf '<a id="selftest"></a>\n\n## Can this run be trusted?\n\n'
if [ ! -f "$table" ]; then
    asked=$(jq -r 'if .selftest == "no" then " (SELFTEST=no)" else "" end' "${1%/}/environment.json" 2> /dev/null) || asked=
    echo "Unknown: this run has no self-tests$asked."
    exit
fi
# shellcheck disable=SC2016  # awk's own $
awk -F '\t' '
function plain(s) {
    gsub(/[][\\`*_{}<>#|~&!]/, "\\\\&", s)
    return s
}
function label(name) { gsub(/_/, " ", name); return plain(name) }
function number(v,   a) { # three significant digits
    if (v == "-") return "-"
    a = v < 0 ? -v : v + 0
    return sprintf(a >= 99.95 || a == 0 ? "%.0f" : a >= 9.995 ? "%.1f" : a >= 0.9995 ? "%.2f" : "%.3f", v)
}
function with_unit(v, unit) {
    if (v == "-" || unit == "-") return number(v)
    return number(v) "\302\240" (unit == "us" ? "µs" : unit == "1/s" ? "/s" : unit)
}
function bounds(low, high) {
    if (low == "-" && high == "-") return ""
    return low == "-" ? "at most " number(high) : high == "-" ? "at least " number(low) : number(low) " to " number(high)
}
function add(list, word) { return list (list == "" ? "" : ", ") word }
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
    verdict = $at["verdict"]
    row[++rows] = "| " label($at["name"]) " | " with_unit($at["value"], $at["unit"]) " | " bounds($at["low"], $at["high"]) " | " \
        (verdict == "failed" ? "**failed**" : verdict) " | " plain($at["what"]) " |"
    if ($at["name"] ~ /^same_server_/ && verdict != "recorded") twice = 1
    if (verdict == "passed") passed++
    if (verdict != "failed") next
    failures++
    failed = add(failed, label($at["name"]))
    count = split($at["concerns"], word, " ")
    for (i = 1; i <= count; i++) if (!(word[i] in doubted)) { doubted[word[i]] = 1; order[++doubts] = word[i] }
}
END {
    if ("all" in doubted) in_doubt = "everything in this report"
    else for (i = 1; i <= doubts; i++) in_doubt = in_doubt (i == 1 ? "" : i == doubts ? " and " : ", ") plain(order[i])
    if (failures) s = failures " of " failures + passed " self-tests failed (" failed "): " in_doubt (doubts == 1 && order[1] !~ /s$/ || "all" in doubted ? " is" : " are") " in doubt"
    else if (passed) s = "All " passed " self-tests passed"
    else s = "No self-test was run"
    print s (twice ? "." : "; this run did not compare a server with itself under another name.")
    print "\n| self-test | value | accepted | verdict | description |\n| --- | ---: | ---: | --- | --- |"
    for (i = 1; i <= rows; i++) print row[i]
    print ""
}' "$table"
