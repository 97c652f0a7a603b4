# table.awk: all numbers of the experiment.
END {
    sort_by_cost()
    columns = 1; column[1] = metric
    count = split(ENVIRON["also"] (type == "serve" ? " client_load" : ""), also, " ")
    for (i = 1; i <= count; i++) if (!(also[i] in used) && also[i] != metric && measured[also[i]]) { used[also[i]] = 1; column[++columns] = also[i] }
    h = "| model |"; r = "| --- |"
    if (vary != "") { h = h " " plain(ENVIRON["axis"]) " |"; r = r " ---: |" }
    h = h " " title(metric) " | ratio to " base_name " | verdict |"; r = r " ---: | ---: | --- |"
    for (i = 2; i <= columns; i++) { h = h " " title(column[i]) " |"; r = r " ---: |" }
    print h " blocks | validity | reasons |"; print r " ---: | --- | --- |"
    for (j = 1; j <= models; j++) for (p = 1; p <= xs; p++) {
        m = model[j]; k = metric SUBSEP m SUBSEP x[p]
        if (!(k in median)) continue
        s = "| " plain(m) " |" (vary == "" ? "" : " " group(x[p]) " |")
        s = s " " with_interval(median[k], low[k], high[k], decimals(k)) " |"
        s = s " " with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k])) " | " (verdict[k] == "same" ? "same within 10 %" : verdict[k] (verdict[k] == "undecided" && blocks_needed[k] != "-" ? ": about " group(blocks_needed[k]) " blocks" : "")) " |"
        notes = ""; split("", had)
        for (i = 1; i <= columns; i++) {
            c = column[i] SUBSEP m SUBSEP x[p]
            if (i > 1) {
                if (!(c in median) || median[c] == "-") s = s " - |"
                else s = s " " with_interval(in_unit(column[i], median[c]), in_unit(column[i], low[c]), in_unit(column[i], high[c]), value_decimals(in_unit(column[i], median[c]))) " |"
            }
            codes = c in note ? split(note[c], code, ";") : 0
            for (q = 1; q <= codes; q++) if (code[q] != "-" && !(code[q] in had)) {
                had[code[q]] = 1
                notes = notes (notes == "" ? "" : ", ") code[q] (i > 1 ? " (" title(column[i]) ")" : "")
            }
        }
        print s " " n[k] " | " validity[k] " | " plain(notes) " |"
    }
}
