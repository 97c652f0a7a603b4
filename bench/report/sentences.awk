# sentences.awk: a sentence per headline model, at both ends of x or for each word that x takes; the other models in one line.
function sentence(m, at,   s) {
    s = clause(m, at)
    print "- " begun(at == "-" ? s : spot(at) " " s) "."
}
# Each model at its own largest x, or at one value that is a word.
function others(word_of_x,   i, m, at, k, s, all, same, undecided, has_ratio) {
    for (i = 1; i <= models; i++) {
        m = model[i]
        if (m in is_headline || m == base_of[m] || m in skipped) continue
        at = word_of_x == "" && m in last ? last[m] : word_of_x
        k = metric SUBSEP m SUBSEP at
        s = plain(m) " "
        if (!(k in median) || median[k] == "-") s = s "no valid trial"
        else if (ratio[k] == "-") s = s shown_with_interval(k) (is_cost(metric) ? ", no ratio" : "")
        else s = s with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k]))
        if (k in ratio && ratio[k] != "-") has_ratio = 1
        if (word_of_x == "" && m in last && at != largest) s = s " " spot(at)
        if (k in ratio && verdict[k] == "undecided" && blocks_needed[k] != "-") s = s " (" group(blocks_needed[k]) " blocks)"
        if (verdict[k] == "undecided") undecided = undecided (undecided == "" ? "" : ", ") s
        else if (verdict[k] == "same") same = same (same == "" ? "" : ", ") s
        else all = all (all == "" ? "" : ", ") s
    }
    if (same != "") all = all (all == "" ? "" : "; ") "about the same, within 10 %: " same
    if (undecided != "") all = all (all == "" ? "" : "; ") "undecided, with the blocks that would decide it: " undecided
    at = word_of_x == "" ? largest : word_of_x
    if (all != "")
        print "- Other models, " (has_ratio ? "ratio of " quantity() " to " base_name : quantity()) (at == "-" ? "" : " " spot(at)) ": " all "."
}
END {
    sort_by_cost()
    for (i = 1; i <= headlines; i++) {
        m = headline[i]
        if (!(m in family)) print "- Not run: " named(m) "."
        else if (!(m in last)) print "- No valid trial: " named(m) "."
        else if (in_words) for (p = 1; p <= xs; p++) sentence(m, x[p])
        else {
            if (first[m] != last[m]) sentence(m, first[m])
            sentence(m, last[m])
        }
    }
    for (p = 1; p <= xs; p++)
        if (parts_of_answer(x[p]) != "") print "- Derived" (x[p] == "-" ? "" : " " spot(x[p])) ": " parts_of_answer(x[p]) "."
    if (largest != "-" && parts_of_answer("-") != "") print "- Derived: " parts_of_answer("-") "."
    if (!in_words) others("")
    else for (p = 1; p <= xs; p++) others(x[p])
    for (m in bound) list = list (list == "" ? "" : ", ") title(m)
    if (list != "")
        print "- Where the note says client-bound, " list " shows the client's limit; compare server CPU instead."
}
