# chooser.awk: chooser.tsv as a table: per situation the best model or those that may be, those within 10 % of it, and fork.
BEGIN { FS = "\t" }
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
function value() {
    return digits($at["median"], value_decimals($at["median"])) behind_number(unit_of($at["metric"]))
}
function times() {
    return $at["ratio"] == "-" ? "" : with_interval($at["ratio"], $at["ratio_low"], $at["ratio_high"], ratio_decimals($at["ratio"])) " times"
}
# The first of a list has its value, the others their ratios.
function add(list, is_first) {
    return list (list == "" ? "" : ", ") plain($at["model"]) (is_first ? " (" value() ")" : $at["ratio"] == "-" ? "" : " " digits($at["ratio"], ratio_decimals($at["ratio"])))
}
{ s = $at["situation"] ($at["after_run"] == "-" ? "" : " (" $at["after_run"] " after the run)"); operation = $at["per"]; place = $at["place"] }
!(s in seen) { seen[s] = 1; order[++situations] = s; experiment[s] = $at["experiment"]; what[s] = title($at["metric"]) }
place == "not measured" || place == "no valid number" { missing[s] = place; next }
place == "best" { best[s] = add(best[s], best[s] == "") }
place == "may be the best" { maybe[s] = add(maybe[s], maybe[s] == "") }
place == "same within 10 %" { same[s] = add(same[s], 0) }
$at["model"] == "fork" { fork[s] = place == "best" ? place : (times() == "" ? value() : times() ": " value()) ", " place }
function or_none(text) { return text == "" ? "-" : text }
END {
    for (i = 1; i <= situations; i++) {
        s = order[i]
        if (s in missing) { none = none (none == "" ? "" : "; ") s " (" plain(experiment[s]) ": " missing[s] ")"; continue }
        if (!rows++) { print "| for | best | may be the best, as ratio | same within 10 % | fork |"; print "| --- | --- | --- | --- | --- |" }
        print "| [" plain(s) "](#" experiment[s] "): " what[s] " | " (best[s] == "" ? "none alone" : best[s]) " | " or_none(maybe[s]) " | " or_none(same[s]) " | " or_none(fork[s]) " |"
    }
    if (rows) print ""
    if (none != "") print "Without an answer in this run: " none "."
}
