# wide.awk: headline ratios with intervals wider than ±5 %.
END {
    at = split(ENVIRON["headline_at"], place_of, " ")
    for (i = 1; i <= at; i++) is_headline_at[place_of[i]] = 1
    for (i = 1; i <= headlines; i++) for (p = 1; p <= xs; p++) {
        m = headline[i]; k = metric SUBSEP m SUBSEP x[p]
        if (!(k in ratio) || ratio[k] == "-" || m == base_of[m] || (at && !(x[p] in is_headline_at))) continue
        if (ratio_low[k] == "-") { few++; continue }
        reach = ratio_high[k] / ratio[k] - 1
        if (1 - ratio_low[k] / ratio[k] > reach) reach = 1 - ratio_low[k] / ratio[k]
        if (reach > 0.05) list = list (list == "" ? "" : ", ") plain(m) (x[p] == "-" ? "" : " " spot(x[p])) (reach > 1 ? " over ±100 %" : sprintf(" ±%.1f %%", 100 * reach))
    }
    if (few) list = list (list == "" ? "" : "; ") few (few == 1 ? " ratio has" : " ratios have") " too few blocks for an interval"
    if (list != "") print "- [" plain(stem) "](#" stem "): " list "."
}
