# cells.awk: one experiment's cells of the summary, and the clauses of sentences. Its settings come through the environment,
# because awk -v would interpret backslashes.
BEGIN {
    FS = "\t"
    stem = ENVIRON["stem"]; type = ENVIRON["type"]; metric = ENVIRON["metric"]; base = ENVIRON["baseline"]
    per = ENVIRON["per"]; vary = ENVIRON["vary"]
    headlines = split(ENVIRON["headline"], headline, " ")
    for (i = 1; i <= headlines; i++) is_headline[headline[i]] = 1
    count = split(ENVIRON["xs"], value, " ")
    for (i = 1; i <= count; i++) place[value[i]] = i
    in_words = value[1] ~ /^[a-z]/ && value[1] !~ /:/ # words, like those of linking: there is no largest x
    base_name = base == "own" ? "the plain program" : plain(base)
}
NR > 1 && $1 == stem && $2 == "derived" { derived[$3, $5] = 1; dv[$3, $5] = $7; dl[$3, $5] = $8; dh[$3, $5] = $9; ds[$3, $5] = $10; dsl[$3, $5] = $11; dsh[$3, $5] = $12; dn[$3, $5] = $14 }
NR > 1 && $1 == stem && $2 != "derived" {
    k = $2 SUBSEP $3 SUBSEP $5
    n[k] = $6; median[k] = $7; low[k] = $8; high[k] = $9; ratio[k] = $10; ratio_low[k] = $11; ratio_high[k] = $12; note[k] = $14; validity[k] = $15; holm[k] = $16; verdict[k] = $17; needs[k] = would_decide($20, $21); blocks_needed[k] = $20
    if ($7 != "-") measured[$2] = 1
    if ($14 ~ /client-bound/ && $7 != "-") bound[$2] = 1
    if ($2 != metric) next
    if ($16 != "-") comparisons++
    base_of[$3] = $13
    if ($14 ~ /^skipped: /) skipped[$3] = 1
    if (!($3 in family)) { family[$3] = $4; model[++models] = $3; cost[$3] = 1e300 }
    if (!($5 in seen_x)) { seen_x[$5] = 1; x[++xs] = $5 }
    if ($7 == "-") next
    if (!($3 in last) || place[$5] >= place[last[$3]]) { last[$3] = $5; cost[$3] = is_more_better(metric) ? -amount($7) : amount($7) }
    if (!($3 in first) || place[$5] < place[first[$3]]) first[$3] = $5
    if (largest == "" || place[$5] > place[largest]) largest = $5
}
# Spinning mechanisms are not ranked with the others.
function before(a, b) { return (family[a] == "spinning") != (family[b] == "spinning") ? family[b] == "spinning" : cost[a] < cost[b] }
function sort_by_cost(   i, j, t) {
    for (i = 2; i <= models; i++)
        for (j = i; j > 1 && before(model[j], model[j - 1]); j--) { t = model[j]; model[j] = model[j - 1]; model[j - 1] = t }
    for (i = 2; i <= xs; i++)
        for (j = i; j > 1 && place[x[j]] < place[x[j - 1]]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
}
function named(m) { return type == "time" ? plain(m) : "the " plain(m) " server" }
function a(noun) { return (noun ~ /^[aeiou]/ ? "an " : "a ") noun }
# Counts have no decimals unless needed.
function decimals(k) { return unit_of(metric) == "" && median[k] == int(median[k]) ? 0 : value_decimals(median[k]) }
# The single interval excludes 1, but so do some by chance among many.
function among_many(k) { return (ratio_low[k] > 1 || ratio_high[k] < 1) && holm[k] != "-" && holm[k] >= 0.05 ? "not shown among " comparisons " comparisons" : "" }
# Why a ratio is undecided, and what would decide it.
function open_question(k,   s) {
    if (verdict[k] != "undecided") return ""
    s = among_many(k)
    if (needs[k] != "") s = s (s == "" ? "" : "; ") needs[k]
    return s == "" ? "" : " (" s ")"
}
function shown(k) { return digits(median[k], decimals(k)) unit() }
function shown_with_interval(k) { return with_interval(median[k], low[k], high[k], decimals(k)) unit() }
# Doubts about a number k.
function doubt(k, whose) {
    if (note[k] ~ /client-bound/) return " (" whose "client-bound: this is the client's limit)"
    return validity[k] == "suspect" && note[k] != "too-few-samples" ? " (" whose "suspect: " plain(note[k]) ")" : ""
}
function reservations(k, b, base,   s) {
    s = open_question(k) doubt(k, "")
    if (b != k && (b in median) && median[b] != "-" && note[b] != note[k]) s = s doubt(b, plain(base) " is ")
    if (ratio_low[k] == "-" && n[k] < 6) s = s " (too few blocks for an interval: " n[k] ")"
    return s
}
# A clause on a model at an x, without the full stop.
function clause(m, at,   k, b, s, r) {
    k = metric SUBSEP m SUBSEP at; b = metric SUBSEP base_of[m] SUBSEP at
    if (!(k in median)) return named(m) " is left out"
    if (median[k] == "-")
        return named(m) " has no valid trial" (k in note && note[k] ~ /: / ? " (" plain(substr(note[k], index(note[k], ": ") + 2)) ")" : "")
    if (!is_cost(metric)) s = "the " quantity() " with " named(m) " is"
    else s = type == "time" ? a(per) " with " named(m) " costs" : a(per) " costs " named(m)
    if (m == base_of[m] || ratio[k] == "-") {
        s = s " " shown_with_interval(k) (is_cost(metric) ? " of " quantity() : "")
        if (m == base_of[m]) return s
        if (is_cost(metric)) return s "; there is no ratio to " plain(base_of[m]) reservations(k, b, base_of[m])
        return s (b in median && median[b] != "-" ? ", against " shown_with_interval(b) " with " named(base_of[m]) : "") reservations(k, b, base_of[m])
    }
    r = with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k]))
    if (verdict[k] == "same") s = named(m) " and " plain(base_of[m]) " are about the same, within 10 %, in "
    else if (verdict[k] == "undecided") s = "it is undecided whether " named(m) " and " plain(base_of[m]) " differ in "
    if (verdict[k] ~ /same|undecided/) s = s (is_cost(metric) ? quantity() " per " per : "the " quantity()) ": ratio " r
    else if (is_cost(metric)) s = s " " r " times the " quantity() " of " plain(base_of[m])
    else s = s " " r " times that with " plain(base_of[m])
    if (b in median && median[b] != "-")
        s = s (verdict[k] ~ /same|undecided/ ? ", " : ": ") shown(k) " against " shown(b)
    return s reservations(k, b, base_of[m])
}
# The derived quantities of the answer, at one x.
function parts_of_answer(at,   i, n, name, s, k) {
    n = split(ENVIRON["answer"], name, " ")
    for (i = 1; i <= n; i++) {
        k = name[i] SUBSEP at
        if (!(k in derived) || (dv[k] == "-" && dn[k] !~ /^not below/)) continue
        s = s (s == "" ? "" : "; ") label(name[i])
        if (dv[k] == "-") s = s ": " plain(dn[k])
        else s = s (is_form(name[i], "crossover") ? " from " : is_form(name[i], "change") ? ": a factor of " : " ") \
            derived_value(name[i], dv[k], dl[k], dh[k]) (is_form(name[i], "crossover") ? " on" : "")
        if (ds[k] != "-") s = s ", " signed(ds[k], dsl[k], dsh[k]) " of " base_name
    }
    return s
}
function spot(at,   noun) {
    if (ENVIRON["spot"] != "") { noun = ENVIRON["spot"]; sub(/%/, group(at), noun); return plain(noun) }
    noun = vary
    if (at == 1) sub(/s$/, "", noun)
    return (in_words ? "with " : "at ") group(at) " " plain(noun)
}
