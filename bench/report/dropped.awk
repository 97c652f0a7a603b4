# dropped.awk: what did not fit into the time of the run, and the minutes that it needs.
BEGIN { FS = "\t" }
NR > 1 {
    what = plain($1) ($2 == "-" ? "" : ": " plain($2) ($3 == "-" ? "" : " at " plain($3)))
    list = list (list == "" ? "" : ", ") what ($4 == "-" ? " (not tried)" : " (" sprintf("%.1f", $4) " more minutes)")
}
END { if (list != "") print "\nDropped for lack of time: " list ". `make bench RUN=… BUDGET=…` with more minutes measures them." }
