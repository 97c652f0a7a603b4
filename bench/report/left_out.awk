# left_out.awk: the cells of the experiment that were not planned, grouped by reason.
BEGIN { FS = "\t" }
function spoken(list,   n, word, i, s) {
    n = split(list, word, " ")
    for (i = 1; i <= n; i++) s = s (i == 1 ? "" : i < n ? ", " : " and ") word[i]
    return s
}
function where(list,   s) {
    if (list == "-") return ""
    if (ENVIRON["spot"] == "") return " at " spoken(list) " " plain(ENVIRON["axis"])
    s = ENVIRON["spot"]
    sub(/%/, spoken(list), s)
    return " " plain(s)
}
FNR == 1 || $1 != ENVIRON["stem"] { next }
{ k = $2 SUBSEP $4; if (!(k in at)) reason[++reasons] = k; at[k] = at[k] (at[k] == "" ? "" : " ") $3 }
END {
    for (i = 1; i <= reasons; i++) {
        split(reason[i], part, SUBSEP)
        k = part[2] SUBSEP at[reason[i]]
        if (!(k in names)) order[++groups] = k
        names[k] = names[k] (names[k] == "" ? "" : " ") plain(part[1])
    }
    for (i = 1; i <= groups; i++) {
        split(order[i], part, SUBSEP)
        print "- Left out" where(part[2]) ": " spoken(names[order[i]]) "; " plain(part[1]) "."
    }
}
