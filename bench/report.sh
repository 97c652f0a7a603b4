#!/bin/bash
# report.sh RUN_DIR: writes RUN_DIR/report.md and RUN_DIR/report.html (one file, plots inside, no network needed).
#
# Every number comes from the run's files: summary.tsv, models.tsv, environment.json, experiments/*.conf.
set -euo pipefail
export LC_ALL=C.UTF-8 # numbers keep their point

if [ $# -ne 1 ]; then
    echo "usage: report.sh RUN_DIR" >&2
    exit 2
fi
run=${1%/}
if [ ! -f "$run/summary.tsv" ]; then
    echo "report: $run is not a run: it has no summary.tsv" >&2
    exit 1
fi
for file in models.tsv left_out.tsv validity.tsv environment.json experiments; do
    if [ ! -e "$run/$file" ]; then
        echo "report: $run is incomplete: it has no $file" >&2
        exit 1
    fi
done
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
id=$(basename "$(cd "$run" && pwd)")

setting() { sed -n "s/^$2[[:blank:]][[:blank:]]*//p" "$1"; } # CONF KEY

# ---- text into Markdown: taken as it is, never as markup -------------------------------------------------------
# shellcheck disable=SC2016  # awk's own $ and quotes
text='
function plain(s,   n) {
    gsub(/[][\\`*_{}<>#|~&!]/, "\\\\&", s)
    sub(/^[-+=]/, "\\\\&", s)
    if (match(s, /^[0-9]+[.)]/)) s = substr(s, 1, RLENGTH - 1) "\\" substr(s, RLENGTH)
    return s
}
'
plain() { awk "$text"'{ print plain($0) }'; }

# ---- numbers into text ------------------------------------------------------------------------------------------
# An interval is written with as many decimals as its median.
# shellcheck disable=SC2016
numbers='
function group(s,   tail) {
    if (match(s, /\./)) { tail = substr(s, RSTART); s = substr(s, 1, RSTART - 1) }
    while (length(s) > 3 && s ~ /^[0-9]+$/) { tail = "," substr(s, length(s) - 2) tail; s = substr(s, 1, length(s) - 3) }
    return s tail
}
function value_decimals(v) { return v >= 99.95 ? 0 : v >= 9.995 ? 1 : v >= 0.9995 ? 2 : 3 }
function ratio_decimals(r) { return r >= 99.5 ? 0 : r >= 9.95 ? 1 : r >= 0.2995 ? 2 : 3 }
function digits(v, decimals) { return v == "-" ? "-" : group(sprintf("%." decimals "f", v)) }
function with_interval(v, low, high, decimals) {
    if (v == "-") return "-"
    return digits(v, decimals) (low == "-" || high == "-" ? "" : " (" digits(low, decimals) " to " digits(high, decimals) ")")
}
'

# ---- one experiment: its conf comes in by the environment, because awk -v would read backslashes -----------------
# shellcheck disable=SC2016
cells='
BEGIN {
    FS = "\t"
    stem = ENVIRON["stem"]; kind = ENVIRON["kind"]; metric = ENVIRON["metric"]; base = ENVIRON["baseline"]
    per = ENVIRON["per"]; vary = ENVIRON["vary"]
    headlines = split(ENVIRON["headline"], headline, " ")
    for (i = 1; i <= headlines; i++) is_headline[headline[i]] = 1
    count = split(ENVIRON["xs"], value, " ")
    for (i = 1; i <= count; i++) place[value[i]] = i
    in_words = value[1] ~ /^[a-z]/ # kinds, like those of linking: none is the largest
    base_name = base == "own" ? "the same without it" : plain(base)
}
NR > 1 && $1 == stem && $2 == "derived" { derived[$3, $5] = 1; dv[$3, $5] = $7; dl[$3, $5] = $8; dh[$3, $5] = $9; ds[$3, $5] = $10; dsl[$3, $5] = $11; dsh[$3, $5] = $12; dn[$3, $5] = $14 }
NR > 1 && $1 == stem && $2 != "derived" {
    k = $2 SUBSEP $3 SUBSEP $5
    n[k] = $6; median[k] = $7; low[k] = $8; high[k] = $9; ratio[k] = $10; ratio_low[k] = $11; ratio_high[k] = $12; note[k] = $14; validity[k] = $15
    p_holm[k] = NF < 16 ? "-" : $16; if ($2 == metric && p_holm[k] != "-") comparisons++
    if ($7 != "-") measured[$2] = 1
    if ($14 ~ /client-bound/ && $7 != "-") bound[$2] = 1
    if ($2 != metric) next
    base_of[$3] = $13
    if ($14 ~ /^skipped: /) skipped[$3] = 1
    if (!($3 in family)) { family[$3] = $4; model[++models] = $3; cost[$3] = 1e300 }
    if (!($5 in seen_x)) { seen_x[$5] = 1; x[++xs] = $5 }
    if ($7 == "-") next
    if (!($3 in last) || place[$5] >= place[last[$3]]) { last[$3] = $5; cost[$3] = $7 + 0 }
    if (!($3 in first) || place[$5] < place[first[$3]]) first[$3] = $5
    if (largest == "" || place[$5] > place[largest]) largest = $5
}
# Who keeps a processor busy while waiting is not ranked with those who do not.
function before(a, b) { return (family[a] == "spinning") != (family[b] == "spinning") ? family[b] == "spinning" : cost[a] < cost[b] }
function sort_by_cost(   i, j, t) {
    for (i = 2; i <= models; i++)
        for (j = i; j > 1 && before(model[j], model[j - 1]); j--) { t = model[j]; model[j] = model[j - 1]; model[j - 1] = t }
    for (i = 2; i <= xs; i++)
        for (j = i; j > 1 && place[x[j]] < place[x[j - 1]]; j--) { t = x[j]; x[j] = x[j - 1]; x[j - 1] = t }
}
function named(m) { return kind != "time" ? "the " plain(m) " server" : plain(m) }
function a(noun) { return (noun ~ /^[aeiou]/ ? "an " : "a ") noun }
# A no-break space before the unit.
function unit() { return metric ~ /_us_|_us$/ ? "\302\240µs" : metric ~ /_per_s$/ ? "\302\240/s" : metric ~ /_kib/ ? "\302\240KiB" : metric ~ /_percent$/ ? "\302\240%" : "" }
# What the metric counts, as it reads after "times the".
function quantity() {
    if (metric ~ /^server_cpu/) return "server CPU"
    if (metric ~ /^wall/) return "wall time"
    if (metric ~ /^cpu/) return "CPU time"
    if (metric ~ /^memory/) return "memory per " per
    if (metric ~ /^in_time/) return "requests answered in time"
    return title(metric)
}
function title(m) {
    sub(/_us_per_operation$/, " µs per " per, m); sub(/_us_per_/, " µs per ", m); sub(/_per_s$/, " per s", m); sub(/kib$/, "KiB", m)
    sub(/_us$/, " µs", m); gsub(/_/, " ", m); gsub(/cpu/, "CPU", m)
    sub(/kib per/, "KiB per", m)
    if (m ~ /^latency/) m = m (kind == "serve" && ENVIRON["rate"] == "" && vary != "rate" ? ", closed loop" : ", open loop")
    return m
}
function no_difference(k) { return ratio_low[k] != "-" && ratio_low[k] <= 1 && ratio_high[k] >= 1 }
# One interval excludes 1, but among so many some do by chance.
function among_many(k) { return !no_difference(k) && p_holm[k] != "-" && p_holm[k] >= 0.05 ? "not shown among " comparisons " comparisons" : "" }
# One clause on a model at an x, without the full stop.
function clause(m, at,   k, b, s, r, d) {
    k = metric SUBSEP m SUBSEP at; b = metric SUBSEP base_of[m] SUBSEP at
    if (!(k in median)) return named(m) " is left out"
    if (median[k] == "-")
        return named(m) " has no valid trial" (k in note && note[k] ~ /: / ? " (" plain(substr(note[k], index(note[k], ": ") + 2)) ")" : "")
    d = value_decimals(median[k])
    if (metric !~ /_us_per_/) s = named(m) " has"
    else if (kind == "serve") s = a(per) " costs " named(m)
    else s = a(per) " with " named(m) " costs"
    if (m == base_of[m]) return s " " with_interval(median[k], low[k], high[k], d) unit() " of " quantity()
    if (ratio[k] == "-")
        return s " " with_interval(median[k], low[k], high[k], d) unit() " of " quantity() "; there is no ratio to " plain(base_of[m])
    r = with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k]))
    if (no_difference(k)) s = "no difference shown between " named(m) " and " plain(base_of[m]) " in " quantity() (metric ~ /_us_per_/ ? " per " per : "") ": ratio " r
    else s = s " " r " times the " quantity() " of " plain(base_of[m])
    if (b in median && median[b] != "-")
        s = s (no_difference(k) ? ", " : ": ") digits(median[k], d) unit() " against " digits(median[b], value_decimals(median[b])) unit()
    if (among_many(k) != "") s = s " (a difference alone, but " among_many(k) ")"
    if (note[k] ~ /client-bound/) s = s " (client-bound: this is the client'\''s limit)"
    if (ratio_low[k] == "-") s = s " (too few blocks for an interval: " n[k] ")"
    return s
}
function minus(v, decimals) { return v < 0 ? "-" digits(-v, decimals) : digits(v, decimals) }
function signed(v, low, high,   d) {
    if (v == "-") return "-"
    d = value_decimals(v < 0 ? -v : v + 0)
    return minus(v, d) (low == "-" && high == "-" ? "" : " (" minus(low, d) " to " (high == "-" ? "no end" : minus(high, d)) ")")
}
function label(name) { gsub(/_/, " ", name); return plain(name) }
# What a derived quantity is counted in: the metric'\''s unit, unless the conf says otherwise.
function unit_of(name,   i, n, line) {
    n = split(ENVIRON["units"], line, "\n")
    for (i = 1; i <= n; i++) if (index(line[i], name " ") == 1) return "\302\240" plain(substr(line[i], length(name) + 2))
    return unit()
}
function is_crossover(name) { return index("\n" ENVIRON["derive"], "\n" name " crossover ") > 0 }
# What was derived and is a part of the answer, at one x.
function parts_of_answer(at,   i, n, name, s, k) {
    n = split(ENVIRON["answer"], name, " ")
    for (i = 1; i <= n; i++) {
        k = name[i] SUBSEP at
        if (!(k in derived) || (dv[k] == "-" && dn[k] !~ /^not below/)) continue
        s = s (s == "" ? "" : "; ") label(name[i])
        if (dv[k] == "-") s = s ": " plain(dn[k])
        else if (is_crossover(name[i])) s = s " from " signed(dv[k], dl[k], dh[k]) unit_of(name[i]) " on"
        else s = s " " signed(dv[k], dl[k], dh[k]) unit_of(name[i])
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
function begun(s) { return toupper(substr(s, 1, 1)) substr(s, 2) }
'

# The experiment in one sentence: its first two headline models at the largest x, or with each kind of what varies.
# shellcheck disable=SC2016
glance='
END {
    if (largest == "") { print "In " plain(stem) " nothing could be measured."; exit }
    s = "In " plain(stem)
    for (p = 1; p <= xs; p++) {
        if (!in_words && x[p] != largest) continue
        if (x[p] != "-") s = s (parts ? "; " : ", ") spot(x[p]) ","
        for (i = 1; i <= headlines && i <= 2; i++) { # the others have their sentences below
            s = s (i > 1 ? "; " : " ")
            if (!(headline[i] in family)) s = s named(headline[i]) " was not run"
            else s = s clause(headline[i], x[p])
        }
        if (parts_of_answer(x[p]) != "") s = s "; " parts_of_answer(x[p])
        parts++
    }
    if (largest != "-" && parts_of_answer("-") != "") s = s "; " parts_of_answer("-")
    print s "."
}
'

# A sentence for each headline model, at both ends of x or with each kind; the others in a line.
# shellcheck disable=SC2016
sentences='
function sentence(m, at,   s) {
    s = clause(m, at)
    print "- " begun(at == "-" ? s : spot(at) " " s) "."
}
# Of each at its own largest x, or with one kind.
function others(kind_of_x,   i, m, at, k, s, all) {
    for (i = 1; i <= models; i++) {
        m = model[i]
        if (m in is_headline || m == base_of[m] || m in skipped) continue
        at = kind_of_x == "" && m in last ? last[m] : kind_of_x
        k = metric SUBSEP m SUBSEP at
        s = plain(m) " "
        if (!(k in median) || median[k] == "-") s = s "no valid trial"
        else if (ratio[k] == "-") s = s with_interval(median[k], low[k], high[k], value_decimals(median[k])) unit() ", no ratio"
        else s = s with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k])) (no_difference(k) ? " no difference shown" : among_many(k) == "" ? "" : " " among_many(k))
        if (kind_of_x == "" && m in last && at != largest) s = s " " spot(at)
        all = all (all == "" ? "" : "; ") s
    }
    at = kind_of_x == "" ? largest : kind_of_x
    if (all != "")
        print "- The others, as ratio of " quantity() " to " base_name (at == "-" ? "" : " " spot(at)) ": " all "."
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
        if (parts_of_answer(x[p]) != "") print "- Taken apart" (x[p] == "-" ? "" : " " spot(x[p])) ": " parts_of_answer(x[p]) "."
    if (largest != "-" && parts_of_answer("-") != "") print "- Derived: " parts_of_answer("-") "."
    if (!in_words) others("")
    else for (p = 1; p <= xs; p++) others(x[p])
    for (m in bound) list = list (list == "" ? "" : ", ") title(m)
    if (list != "")
        print "- Where the note says client-bound, " list " is the client'\''s limit: compare the server CPU instead."
}
'

# shellcheck disable=SC2016
table='
END {
    sort_by_cost()
    columns = 1; column[1] = metric
    count = split(ENVIRON["also"] (kind == "serve" ? " client_load" : ""), also, " ")
    for (i = 1; i <= count; i++) if (!(also[i] in used) && also[i] != metric && measured[also[i]]) { used[also[i]] = 1; column[++columns] = also[i] }
    h = "| model |"; r = "| --- |"
    if (vary != "") { h = h " " plain(ENVIRON["axis"]) " |"; r = r " ---: |" }
    h = h " " title(metric) " | ratio to " base_name " |"; r = r " ---: | ---: |"
    for (i = 2; i <= columns; i++) { h = h " " title(column[i]) " |"; r = r " ---: |" }
    print h " blocks | validity | reasons |"; print r " ---: | --- | --- |"
    for (j = 1; j <= models; j++) for (p = 1; p <= xs; p++) {
        m = model[j]; k = metric SUBSEP m SUBSEP x[p]
        if (!(k in median)) continue
        s = "| " plain(m) " |" (vary == "" ? "" : " " group(x[p]) " |")
        s = s " " with_interval(median[k], low[k], high[k], value_decimals(median[k])) " |"
        s = s " " with_interval(ratio[k], ratio_low[k], ratio_high[k], ratio_decimals(ratio[k])) " |"
        notes = ""; split("", had)
        for (i = 1; i <= columns; i++) {
            c = column[i] SUBSEP m SUBSEP x[p]
            if (i > 1) {
                if (!(c in median) || median[c] == "-") s = s " - |"
                else if (column[i] == "client_load") s = s " " sprintf("%.0f", 100 * median[c]) " % |"
                else s = s " " with_interval(median[c], low[c], high[c], value_decimals(median[c])) " |"
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
'

# What is derived from several cells, each with the formula, and beside it what somebody published of the same.
# shellcheck disable=SC2016
derived='
BEGIN {
    formulas = split(ENVIRON["derive"], line, "\n")
    for (i = 1; i <= formulas; i++) { name = line[i]; sub(/ .*/, "", name); sub(/^[^ ]* */, "", line[i]); formula[name] = line[i] }
    count = split(ENVIRON["published"], line, "\n")
    for (i = 1; i <= count; i++) { # NAME VALUE, or two with a sign between
        split(line[i], word, " ")
        v = word[3] == "/" ? word[2] / word[4] : word[3] == "-" ? word[2] - word[4] : word[2]
        published[word[1]] = signed(v, "-", "-")
    }
}
NR > 1 && $1 == ENVIRON["stem"] && $2 == "derived" {
    row[++rows] = "| " label($3) " | " plain(formula[$3]) " |" (ENVIRON["vary"] == "" ? "" : " " $5 " |") " " \
        signed($7, $8, $9) ($7 == "-" ? "" : unit_of($3)) " |" (count ? " " published[$3] " |" : "")
    share[rows] = " " signed($10, $11, $12) " |"
    end[rows] = " " $6 " | " $15 " | " ($14 == "-" ? "" : plain($14)) " |"
    shares += $10 != "-"
}
END {
    if (!rows) exit
    print "\n### Taken apart\n\nComputed within each block" (shares ? "; a share is the part of what " plain(ENVIRON["baseline"]) " costs." : ".") \
        (count ? " Published: " plain(ENVIRON["published_in"]) "." : "") "\n"
    print "| | how |" (ENVIRON["vary"] == "" ? "" : " " plain(ENVIRON["axis"]) " |") " value |" (count ? " published |" : "") (shares ? " share |" : "") " blocks | validity | note |"
    print "| --- | --- |" (ENVIRON["vary"] == "" ? "" : " ---: |") " ---: |" (count ? " ---: |" : "") (shares ? " ---: |" : "") " ---: | --- | --- |"
    for (i = 1; i <= rows; i++) print row[i] (shares ? share[i] : "") end[i]
}
'

# Headline ratios whose interval reaches further than 5 % to one side.
# shellcheck disable=SC2016
wide='
END {
    at = split(ENVIRON["headline_at"], place_of, " ")
    for (i = 1; i <= at; i++) is_headline_at[place_of[i]] = 1
    for (i = 1; i <= headlines; i++) for (p = 1; p <= xs; p++) {
        m = headline[i]; k = metric SUBSEP m SUBSEP x[p]
        if (!(k in ratio) || ratio[k] == "-" || m == base_of[m] || (at && !(x[p] in is_headline_at))) continue
        if (ratio_low[k] == "-") { few++; continue }
        reach = ratio_high[k] / ratio[k] - 1
        if (1 - ratio_low[k] / ratio[k] > reach) reach = 1 - ratio_low[k] / ratio[k]
        if (reach > 0.05) list = list (list == "" ? "" : ", ") plain(m) (x[p] == "-" ? "" : " " spot(x[p])) " ±" sprintf("%.1f", 100 * reach) " %"
    }
    if (few) list = list (list == "" ? "" : "; ") few (few == 1 ? " ratio has" : " ratios have") " too few blocks for an interval"
    if (list != "") print "- [" plain(stem) "](#" stem "): " list "."
}
'

load_conf() { # CONF: its settings into the environment
    stem=$(basename "$1" .conf)
    kind=$(setting "$1" kind)
    metric=$(setting "$1" metric)
    baseline=$(setting "$1" baseline)
    headline=$(setting "$1" headline)
    also=$(setting "$1" also)
    per=$(setting "$1" per)
    vary=$(setting "$1" vary)
    xs=${vary#* }
    vary=${vary%% *}
    axis=$(setting "$1" axis)
    axis=${axis:-$vary}
    spot=$(setting "$1" spot)
    derive=$(setting "$1" derive)
    units=$(setting "$1" unit)
    published=$(setting "$1" published)
    published_in=$(setting "$1" published_in)
    answer=$(setting "$1" answer)
    headline_at=$(setting "$1" headline_at)
    rate=$(setting "$1" rate)
    export rate
    export stem kind metric baseline headline also per vary xs axis spot derive units published published_in answer headline_at
}

experiment_awk() { awk "$text$numbers$cells$1" "$run/summary.tsv"; } # PROGRAM

section() { # CONF
    local conf=$1 lines
    load_conf "$conf"
    printf '<a id="%s"></a>\n\n## %s\n\n' "$stem" "$(setting "$conf" question | plain)"
    experiment_awk "$sentences"
    awk -F '\t' "$text"'$1 == ENVIRON["stem"] && $8 ~ /^skipped: / { print "- Not run: " plain($2) ": " plain(substr($8, 10)) "." }' "$run/models.tsv"
    left_out
    if [ -f "$run/plots/$stem.svg" ]; then
        printf '\n![%s](plots/%s.svg)\n' "$(setting "$conf" title | plain)" "$stem"
    else
        printf '\nThere is no plot.\n'
    fi
    lines=$(setting "$conf" why | plain)
    [ -z "$lines" ] || printf '\n### Why it comes out so\n\n%s\n' "${lines//$'\n'/$'\n\n'}"
    lines=$(setting "$conf" limits | plain)
    [ -z "$lines" ] || printf '\n### What it does not show\n\n%s\n' "${lines//$'\n'/$'\n\n'}"
    printf '\n### The numbers\n\nMedian over blocks with its 95 %% interval, the lowest cost on top. '
    if [ "$kind" != time ]; then
        printf 'Load: %s. ' "$(load "$conf" | plain)"
    else
        printf 'The cost of one %s is the slope between COUNT = %s. ' "$per" "$(setting "$conf" counts | sed 's/  */ and /g')"
    fi
    printf 'Raw rows: %s; the conditions: %s.\n\n' "$(file_link trials.tsv)" "$(file_link "experiments/$stem.conf")"
    experiment_awk "$table"
    experiment_awk "$derived"
    echo
}

# Cells that were not planned, each reason once.
left_out() {
    awk -F '\t' "$text"'
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
        }' "$run/left_out.tsv"
}

# The load in words, from the keys that make it.
load() { # CONF
    local connections requests bytes pool
    connections=$(setting "$1" connections)
    if [ "$vary" = connections ]; then connections=$(sed 's/ /, /g; s/\(.*\), /\1 or /' <<< "$xs"); fi
    requests=$(setting "$1" requests)
    if [ "$vary" = requests ]; then requests=$(sed 's/ /, /g; s/\(.*\), /\1 or /' <<< "$xs"); fi
    pool=$(setting "$1" pool)
    if [ "$kind" = hold ]; then
        printf '%s idle connections, each served once' "$connections"
        return
    elif [ "$kind" = load ] || [ "$kind" = knee ]; then
        printf 'open loop, up to %s connections at a time' "$connections"
    elif [ -n "$rate" ]; then
        printf 'open loop, %s requests due per second, up to %s connections at a time' "$rate" "$connections"
    else
        printf 'closed loop, %s connections at a time' "$connections"
    fi
    case $requests in
        0) printf ', which persist' ;;
        1) printf ', one request on each' ;;
        *) printf ', %s requests on each' "$requests" ;;
    esac
    if [ "$vary" = bytes ]; then bytes=$(sed 's/ /, /g; s/\(.*\), /\1 or /' <<< "$xs"); else bytes=$(setting "$1" bytes); fi
    printf ', messages of %s bytes' "$bytes"
    case $pool in
        '') ;;
        connections) printf ', pools of as many workers as there are connections' ;;
        *) printf ', pools of %s workers' "$pool" ;;
    esac
    case $vary in
        company) printf ', beside as many others as the table says (%s)' "$(setting "$1" manner)" ;;
        manner) printf ', beside %s others' "$(setting "$1" company)" ;;
    esac
    if [ "$vary" = total ]; then
        printf ', so many requests as the table says'
    elif [ -n "$(setting "$1" total)" ]; then
        printf '; %s requests or as many more as it takes for each connection to be used in full' "$(setting "$1" total)"
    else
        printf '; window %s s after %s s of warm-up' "$(setting "$1" window_s)" "$(setting "$1" warmup_s)"
    fi
    [ -z "$(setting "$1" under)" ] || printf '; the servers are started under %s' "$(setting "$1" under)"
    [ -z "$(setting "$1" options)" ] || printf '; options of each server: %s' "$(setting "$1" options)"
}

file_link() { printf '[%s](%s)' "$(plain <<< "$1")" "$1"; } # PATH within the run

# Questions that are not part of this run.
not_asked() {
    [ -f "$run/not_asked.tsv" ] || return 0
    awk -F '\t' "$text"'NR > 1 { list = list (NR > 2 ? ", " : "") plain($1) } END { if (list != "") print "\nNot asked in this run: " list "." }' "$run/not_asked.tsv"
}

# ---- the page as a whole ------------------------------------------------------------------------------------------
environment() { jq -r "$1" "$run/environment.json"; } # FILTER

where() {
    local blocks
    blocks=$(awk -F '\t' 'NR > 1 && $6 != "-" { if (min == "" || $6 < min) min = $6 + 0; if ($6 > max) max = $6 + 0 }
        END { print min == "" ? "none" : min == max ? min : min " to " max }' "$run/summary.tsv")
    environment '
        def known: if . == null or . == "" then "not recorded" else tostring end;
        "Machine: \(.cpu_model | known), \(.cpus_online | known) CPUs, virtualization \(.virtualization | known), \(
            if .memory_bytes then "\(.memory_bytes / 1073741824 * 10 | round / 10) GiB of memory" else "memory not recorded" end)",
        "System: Linux \(.kernel_release | known), \(.distribution | known)",
        "Compiler: \(.compiler | known)",
        "Source: commit \(.commit | known)\(if .dirty then ", with uncommitted changes" else "" end)",
        "Date: \(.date | known)",
        "CPUs: the server on \(.server_cpus | known), the client on \(.client_cpus | known)",
        "Idle halts of virtual CPUs held off during trials: \(.halts_held_off | known)",
        "Budget: \(.budget_minutes | if . == null then "not recorded" else "\(.) minutes" end), seed \(.seed | known)"' |
        plain | sed 's/^/- /'
    echo "- Blocks behind a number: $blocks"
    environment 'if (.budget_minutes | type) == "number" and .budget_minutes < 10
        then "\n> First look: with a budget of \(.budget_minutes) minutes (the default is 10) intervals are wide." else empty end'
}

# What there was to doubt, and in how many trials.
reasons_table() {
    # shellcheck disable=SC2016  # awk's own $
    awk -F '\t' "$text"'
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "| reason | makes a trial | concerns | if | trials | because |\n| --- | --- | --- | --- | ---: | --- |"; next }
        {
            low = $at["low"]; high = $at["high"]; figure = $at["looks_at"]
            bounds = figure == "-" ? "" : figure " is " (low == "-" ? "" : "below " low (high == "-" ? "" : " or ")) (high == "-" ? "" : "above " high)
            print "| " plain($at["code"]) " | " $at["validity"] " | " $at["concerns"] " | " plain(bounds == "" ? $at["says"] : bounds) " | " $at["trials"] " | " plain($at["why"]) " |"
        }' "$run/validity.tsv"
}

how_to_read() {
    cat << 'END'
## How to read this

- **CPU per connection or per echo** is the CPU time, user and system, that the server's whole process tree used, divided by what it
  served. Client and server share one machine, so a rate often measures the client; the server's CPU still tells the models apart.
- **An interval**, written "(low to high)", is a 95 % bootstrap interval over blocks, each of which ran the models that it compares once. A ratio is taken within
  each block, against the baseline of the experiment. If its interval holds 1, no difference is shown; that does not prove that there is none.
- **Not shown among N comparisons**: the interval of that one ratio excludes 1, but a question compares so many models that some do by chance. All ratios of a
  question's headline figure, of every model at every value of what varies, are one family; a difference counts if its p-value survives Holm's correction over it.
  With fewer than 6 blocks there is no interval.
- **Validity.** A number is *valid*, *suspect* or *invalid*, and the reasons stand beside it. What an invalid trial measured is in no number. A
  suspect number is one in which a reason to doubt it marks more than a fifth of the trials: it is in the tables, hollow in the plots, and not to be
  cited without its reason. What each reason looks at, from which threshold on, and why that is the threshold:

END
    reasons_table
    cat << 'END'

- **client-bound** says that the client's own CPU was over 80 % busy. Such a rate is at most a lower bound of what the server could do.
- **Latency from a closed loop** is never a claim: a client that waits for each answer sends less when the server is slow, and so leaves out the waiting
  that matters.
- These are figures of one machine over loopback. Compare ratios; do not carry microseconds to another machine.
END
}

method() {
    cat << 'END'
## Method in brief

- A trial is one measurement: a fresh server process, a warm-up, a window. The plan is shuffled with a seed, block by block, so that drift of
  the machine meets every model alike; within a block what is compared is measured within seconds. The cells behind a headline ratio take part in every block, the
  others of a question in some of them.
- Every byte that comes back is verified; a trial with errors is not a number here.
- The server's CPU time is that of its whole process tree. Where connections persist it is read at both ends of the window, while no request is
  under way; where they do not, over the server's whole life, all its children reaped, less what it spends on starting and stopping without a client.
  Server and client are pinned to different CPUs where there are two.
- An experiment whose headline ratios are all known within 5 % to either side, from twelve blocks or more, takes part in no further block once
  every other cell was measured eight times; a run ends when its time is over, or when that holds for all. What decides is the width of an interval and never where it lies.
- A number is the median over blocks; a ratio is the 20 % trimmed mean of the logarithms of the blocks' ratios. On a simulated machine that drifts and stalls 95 % intervals of
  ratios hold the truth in 93 to 97 % of runs; those of medians hold what the thing cost during this run, and not what it costs when the machine is otherwise disposed.
- The p-value of a ratio is read off the same resamples as its interval: it is below 0.05 where the interval excludes 1. Holm's correction is over all ratios of a question's
  headline figure; summary.tsv has it as p_holm.
- Processes, threads and messages between processes are timed from outside by hyperfine; the cost of one is the slope between two counts, so that
  start-up cancels.
END
}

models() {
    printf '## The models\n\n| name | family | workers | experiments | described in | summary | status |\n| --- | --- | ---: | --- | --- | --- | --- |\n'
    awk -F '\t' "$text"'
        NR > 1 {
            k = $2 FS $3 FS $5 FS $6 FS $7 FS $8
            if (!(k in used)) order[++n] = k
            used[k] = used[k] (used[k] == "" ? "" : ", ") $1
        }
        END {
            for (i = 1; i <= n; i++) {
                split(order[i], f, FS)
                print "| " plain(f[1]) " | " plain(f[2]) " | " f[3] " | " plain(used[order[i]]) " | " plain(f[4]) " | " plain(f[5]) " | " plain(f[6]) " |"
            }
        }' "$run/models.tsv"
    printf '\nWorkers: the size of a pool if nobody says otherwise. Each experiment says how large the pools are that serve one connection per worker.\n'
}

environment_table() {
    printf '## The environment\n\n| what | value |\n| --- | --- |\n'
    # shellcheck disable=SC2016  # jq's own $
    environment 'paths(type != "object" and type != "array") as $path | [($path | map(tostring) | join(" ")),
        (getpath($path) | if . == null then "not known" else tostring end)] | map(gsub("[\t\n]"; " ")) | join("\t")' |
        awk -F '\t' "$text"'{ print "| " plain($1) " | " plain($2) " |" }'
}

page() {
    local conf
    printf '# forklore: run %s\n\n' "$(plain <<< "$id")"
    where
    echo
    "$here/report_selftest.sh" "$run"
    printf '\n## Results at a glance\n\n'
    for conf in "${confs[@]}"; do
        load_conf "$conf"
        printf -- '- %s [More](#%s)\n' "$(experiment_awk "$glance")" "$stem"
    done
    local wide_ones
    wide_ones=$(for conf in "${confs[@]}"; do load_conf "$conf" && experiment_awk "$wide"; done)
    if [ -n "$wide_ones" ]; then
        printf '\nHeadline ratios that are not known within 5 %% to either side; more time (BUDGET) narrows them:\n\n%s\n' "$wide_ones"
    fi
    not_asked
    printf '\nAll numbers: %s.\n\n' "$(file_link summary.tsv)"
    for conf in "${confs[@]}"; do section "$conf"; done
    how_to_read
    echo
    method
    echo
    models
    echo
    environment_table
}

# The images become the SVGs themselves. Each brings the same ids (gnuplot's marks), so each gets its stem before them.
inline_plots() {
    awk -v run="$run" '
        function svg(stem,   file, line, inside) {
            file = run "/plots/" stem ".svg"
            while ((getline line < file) > 0) {
                if (line ~ /^<svg/) { inside = 1; sub(/^<svg/, "<svg role=\"img\" aria-label=\"" alt "\"", line) }
                if (!inside) continue
                gsub(/ id="/, "&" stem "-", line); gsub(/ id='\''/, "&" stem "-", line)
                gsub(/href="#/, "&" stem "-", line); gsub(/href='\''#/, "&" stem "-", line); gsub(/url\(#/, "&" stem "-", line)
                print line
            }
            close(file)
            if (!inside) { print "report: " file " is no SVG" > "/dev/stderr"; exit 1 }
        }
        match($0, /^<p><img src="plots\/[^"]*\.svg"/) {
            stem = substr($0, 20, RLENGTH - 24)
            alt = $0; sub(/^.* alt="/, "", alt); sub(/".*$/, "", alt)
            print "<figure>"; svg(stem); print "</figure>"
            next
        }
        { print }'
}

confs=("$run"/experiments/*.conf)
if [ ! -f "${confs[0]}" ]; then
    echo "report: $run has no experiments/*.conf" >&2
    exit 1
fi
trap 'rm -f "$run/.report.md.new" "$run/.report.html.new"' EXIT
page | tee "$run/.report.md.new" > /dev/null # it names the file if there is no room for it
{
    title=$(sed 's/&/\&amp;/g; s/</\&lt;/g' <<< "forklore: run $id")
    sed '/^@BODY@$/,$d' "$here/report.html.in" | awk -v title="${title//\\/\\\\}" '
        { at = index($0, "@TITLE@"); print at ? substr($0, 1, at - 1) title substr($0, at + 7) : $0 }'
    cmark-gfm -e table --unsafe "$run/.report.md.new" | inline_plots
    sed '1,/^@BODY@$/d' "$here/report.html.in"
} | tee "$run/.report.html.new" > /dev/null
mv "$run/.report.md.new" "$run/report.md"
mv "$run/.report.html.new" "$run/report.html"
