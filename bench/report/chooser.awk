# chooser.awk: chooser.tsv as a table: per situation the best model, the models about the same, and fork.
BEGIN { FS = "\t" }
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
function value() {
    return digits($at["median"], value_decimals($at["median"])) behind_number(unit_of($at["metric"]))
}
function times() {
    return $at["ratio"] == "-" ? "" : with_interval($at["ratio"], $at["ratio_low"], $at["ratio_high"], ratio_decimals($at["ratio"])) " times"
}
{ s = $at["situation"] ($at["after_run"] == "-" ? "" : " (" $at["after_run"] " after the run)"); operation = $at["per"] }
!(s in seen) { seen[s] = 1; order[++situations] = s; experiment[s] = $at["experiment"]; what[s] = title($at["metric"]) }
$at["place"] == "not measured" || $at["place"] == "no valid number" { missing[s] = $at["place"]; next }
$at["place"] == "best" { best[s] = plain($at["model"]) " (" value() ")" }
$at["place"] == "about the same" { same[s] = same[s] (same[s] == "" ? "" : ", ") plain($at["model"]) ($at["ratio"] == "-" ? "" : " " digits($at["ratio"], ratio_decimals($at["ratio"]))) }
$at["model"] == "fork" { fork[s] = $at["place"] == "best" ? "best" : (times() == "" ? value() : times() ": " value()) ($at["place"] == "worse" ? "" : ", about the same") }
END {
    for (i = 1; i <= situations; i++) {
        s = order[i]
        if (s in missing) { none = none (none == "" ? "" : "; ") s " (" plain(experiment[s]) ": " missing[s] ")"; continue }
        if (!rows++) { print "| for | best | about the same, as ratio | fork |"; print "| --- | --- | --- | --- |" }
        print "| [" plain(s) "](#" experiment[s] "): " what[s] " | " best[s] " | " (same[s] == "" ? "none" : same[s]) " | " (fork[s] == "" ? "-" : fork[s]) " |"
    }
    if (rows) print ""
    if (none != "") print "Undecided in this run: " none "."
}
