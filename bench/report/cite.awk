# cite.awk: the results of an experiment that can be cited, or one result as a clause. wanted: its model and x, as MODEL@X or
# MODEL; empty for a list of all. For a suspect or invalid number it prints only "refused" and the reason.
function id(m, at) { return stem "." m (at == "-" ? "" : "@" at) }
function why_not(m, at,   k, b) {
    k = metric SUBSEP m SUBSEP at; b = metric SUBSEP base_of[m] SUBSEP at
    if (m in skipped) return "it could not run on that machine"
    if (median[k] == "-") return "invalid: " note[k]
    if (validity[k] != "valid") return validity[k] ": " note[k]
    if (low[k] == "-") return "too few blocks for an interval: " n[k]
    if (m == base_of[m]) return "it is the baseline"
    if (b in median && validity[b] != "valid") return "its baseline " base_of[m] " is " validity[b] ": " note[b]
    if (is_cost(metric) && ratio[k] == "-") return "there is no ratio to " base_of[m]
    return ""
}
function brief(k) {
    if (ratio[k] == "-") return shown_with_interval(k)
    return with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k])) " times the " quantity() (verdict[k] == "same" ? ", same within 10 %" : verdict[k] == "undecided" ? ", undecided" : "")
}
function list(   i, p, k, why) {
    sort_by_cost()
    for (i = 1; i <= models; i++) for (p = 1; p <= xs; p++) {
        k = metric SUBSEP model[i] SUBSEP x[p]
        if (!(k in median)) continue
        why = why_not(model[i], x[p])
        printf "%-44s %s\n", id(model[i], x[p]), why == "" ? brief(k) : "- " why
    }
}
function one(m, at,   k, s) {
    k = metric SUBSEP m SUBSEP at
    s = why_not(m, at)
    if (s != "") { print "refused\t" id(m, at) ": " s; return }
    s = clause(m, at)
    print (at == "-" ? s : spot(at) " " s) "\t" n[k]
}
END {
    wanted = ENVIRON["wanted"]
    if (wanted == "") { list(); exit }
    for (i = 1; i <= models; i++) for (p = 1; p <= xs; p++) {
        if (!((metric, model[i], x[p]) in median)) continue
        if (wanted == model[i] (x[p] == "-" ? "" : "@" x[p])) { one(model[i], x[p]); found = 1 }
        if (wanted == model[i]) others = others (others == "" ? "" : ", ") id(model[i], x[p])
    }
    if (found) exit
    print "refused\t" stem "." wanted (others == "" ? " is not in this run" : ": which of " others "?")
}
