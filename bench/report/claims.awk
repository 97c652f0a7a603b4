# claims.awk: the claims of verdicts.tsv with their verdicts, as a table (full = 0), or one by one with all conditions, sources
# and what would refute them (full = 1). Claims on questions outside the run are only counted in the table, and listed in full.
BEGIN { FS = "\t" }
FNR == NR { place[$1] = NR; next } # the order of the questions
FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
function shown_as(v) { return $at["unit"] == "-" ? in_unit($at["what"], v) : v }
function measured(   s) {
    if ($at["value"] == "-") return "-"
    if ($at["what"] == "ratio") s = with_interval($at["value"], $at["low"], $at["high"], ratio_decimals($at["value"]))
    else s = with_interval(shown_as($at["value"]), shown_as($at["low"]), shown_as($at["high"]), value_decimals(shown_as($at["value"]))) behind_number($at["unit"] == "-" ? unit_of($at["what"]) : $at["unit"])
    return s ($at["low"] == "-" ? " (too few blocks)" : "")
}
# The cells of a condition without their question, which is in the same row.
function short(condition, question,   piece, n, i, s) {
    n = split(condition, piece, question ":")
    for (i = 1; i <= n; i++) s = s piece[i]
    return plain(s)
}
function mark(id) { return changed[id] == "-" ? "" : ", " changed[id] " after the run" (changed[id] == "changed" ? ": judged as it was planned" : "") }
function sign(verdict) { return verdict == "holds" ? "✓ " : verdict == "does not hold" ? "✗ " : verdict == "undecided" ? "? " : verdict ~ /^same/ ? "≈ " : "" }
# The deciding condition stands for the claim: the first with the claim's own verdict.
{
    id = $at["claim"]
    if (!(id in verdict)) {
        order[++claims] = id; verdict[id] = $at["verdict"]; sentence[id] = $at["sentence"]; source[id] = $at["source"]; refuted[id] = $at["refuted_by"]; plot[id] = $at["plot"]
        changed[id] = $at["after_run"]
        if (changed[id] != "added" || $at["verdict"] == "not measured") count[$at["verdict"]]++; else added++
    }
    if ($at["condition_verdict"] == verdict[id] && !(id in found)) {
        needs[id] = would_decide($at["blocks_needed"], $at["minutes"])
        found[id] = measured(); shown[id] = short($at["condition"], $at["plot"]); plot[id] = $at["plot"]; note[id] = $at["note"]
    }
    conditions[id] = conditions[id] "\n  - " short($at["condition"], $at["plot"]) ": " (measured() == "-" ? "" : measured() ", ") $at["condition_verdict"] \
        ($at["note"] == "-" ? "" : " (" plain($at["note"]) (would_decide($at["blocks_needed"], $at["minutes"]) == "" ? "" : "; ") would_decide($at["blocks_needed"], $at["minutes"]) ")")
    if ($at["verdict"] == "not measured" && $at["condition_verdict"] == "not measured" && !($at["plot"] in missing)) { missing[$at["plot"]] = 1; missing_list = missing_list (missing_list == "" ? "" : ", ") $at["plot"] }
}
function place_of(id) { return plot[id] in place ? place[plot[id]] : 1000 }
function sort_by_question(   i, j, t) {
    for (i = 2; i <= claims; i++)
        for (j = i; j > 1 && place_of(order[j]) < place_of(order[j - 1]); j--) { t = order[j]; order[j] = order[j - 1]; order[j - 1] = t }
}
function table(   i, id) {
    print "| claim | verdict | measured | condition |"
    print "| --- | --- | --- | --- |"
    for (i = 1; i <= claims; i++) {
        id = order[i]
        if (verdict[id] == "not measured") continue
        print "| [" plain(sentence[id]) "](#claim-" id ") | " sign(verdict[id]) verdict[id] mark(id) " | " (found[id] == "-" ? plain(note[id]) : found[id] (note[id] ~ /^not shown/ ? ": " plain(note[id]) : "") (needs[id] == "" ? "" : "; " needs[id])) " | [" plot[id] "](#" plot[id] "): " shown[id] " |"
    }
}
function in_full(   i, id) {
    for (i = 1; i <= claims; i++) {
        id = order[i]
        print "- <a id=\"claim-" id "\"></a>**" plain(sentence[id]) "** " sign(verdict[id]) begun(verdict[id]) mark(id) ". Source: " plain(source[id]) ". Refuted by: " plain(refuted[id]) "." \
            (verdict[id] == "not measured" ? " Question: " plain(plot[id]) "." : " Question: [" plain(plot[id]) "](#" plot[id] ").") conditions[id]
    }
}
END {
    sort_by_question()
    if (full) { in_full(); exit }
    tested = claims - added - count["not measured"]; same = count["same within 10 %"] + 0
    print tested (tested == 1 ? " textbook claim" : " textbook claims") " tested: " count["holds"] + 0 (count["holds"] == 1 ? " holds, " : " hold, ") count["does not hold"] + 0 \
        (count["does not hold"] == 1 ? " does not, " : " do not, ") (same ? same (same == 1 ? " compares" : " compare") " things that are the same within 10 %, " : "") count["undecided"] + 0 (count["undecided"] == 1 ? " is" : " are") " undecided. A verdict needs the whole 95 % interval on one side of the bound, and a p-value below 0.05 after Holm's correction over all claims; two things are the same within 10 % if the 90 % interval of their ratio is.\n"
    if (added) print "Not counted: " added (added == 1 ? " claim that was" : " claims that were") " added to the project after the run was planned.\n"
    if (tested + added) table()
    if (count["not measured"]) print "\nNot measured in this run: " count["not measured"] (count["not measured"] == 1 ? " claim" : " claims") ", on " plain(missing_list) "."
}
