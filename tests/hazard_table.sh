#!/bin/bash -p
# hazard_table.sh [FILE]: what build/tests/contract printed, as a Markdown table of hazards and servers.
# A number stands for an exception or for a test that this machine cannot run; the reasons are listed below.
set -euo pipefail
cat -- "${1:--}" | awk '
function place(name, list, seen) { if (!(name in seen)) { seen[name] = 1; list[++list[0]] = name } }
function split_name(name) { split(name, part, "/"); hazard = part[1]; server = part[2] }

/^(exception|skipped): [^ ]+\/[^ ]+: / {
    name = $2
    sub(/:$/, "", name)
    reason = substr($0, index($0, name) + length(name) + 2)
    if (!(reason in number)) { number[reason] = ++reasons; text[reasons] = reason }
    cell[name] = "(" number[reason] ")"
}
/^\[ +OK +\] [^ ]+\/[^ ]+$/ { cell[$NF] = "ok" }
/^\[ +FAILED +\] [^ ]+\/[^ ]+$/ { cell[$NF] = "**FAIL**" }
/^\[ RUN +\] [^ ]+\/[^ ]+$/ {
    split_name($NF)
    place(hazard, hazards, seen_hazard)
    place(server, servers, seen_server)
    cell[$NF] = "**ended here**" # unless a result follows
}

END {
    if (!hazards[0]) { print "hazard_table.sh: no output of a contract test" > "/dev/stderr"; exit 1 }
    header = "| |"; rule = "| --- |"
    for (s = 1; s <= servers[0]; s++) { header = header " " servers[s] " |"; rule = rule " --- |" }
    print header "\n" rule
    for (h = 1; h <= hazards[0]; h++) {
        line = "| " hazards[h] " |"
        for (s = 1; s <= servers[0]; s++) {
            name = hazards[h] "/" servers[s]
            line = line " " (name in cell ? cell[name] : "–") " |"
        }
        print line
    }
    if (reasons) print ""
    for (r = 1; r <= reasons; r++) print r ". " text[r]
}'
