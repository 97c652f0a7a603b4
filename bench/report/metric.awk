# metric.awk: what a metric is called and measured in, from its name; an experiment can name its headline metric's quantity and
# unit itself (keys quantity and unit). It is told by the environment: metric, per, quantity, unit, loop. Who speaks of several
# experiments sets `operation` instead of per.

# A cost of something: "a connection costs the fork server ...". Everything else is a quantity that a model has.
function is_cost(m) { return ENVIRON["quantity"] == "" && m ~ /_us_per_/ }
function is_more_better(m) { return m ~ /_per_s$|_percent$/ }
# Lines of a name and what it is counted in, for what its name does not say.
function named_unit(name,   i, n, line) {
    n = split(ENVIRON["unit"], line, "\n")
    for (i = 1; i <= n; i++) if (index(line[i], name " ") == 1) return substr(line[i], length(name) + 2)
    return ""
}
function unit_of(m) {
    if (named_unit(m) != "") return named_unit(m)
    if (m ~ /_us_per_|_us$/) return "µs"
    if (m ~ /_ms$/) return "ms"
    if (m ~ /_kib_per_|_kib$/) return "KiB"
    if (m ~ /_bytes$/) return "bytes"
    if (m ~ /_per_s$/) return "/s"
    if (m ~ /_percent$/) return "%"
    return ""
}
function behind_number(unit) { return unit == "" ? "" : "\302\240" unit } # a no-break space before it
function unit() { return behind_number(unit_of(metric)) }
# What is derived is counted in what the metric is, unless its name is given another unit.
function derived_unit(name) { return behind_number(plain(named_unit(name) == "" ? unit_of(ENVIRON["metric"]) : named_unit(name))) }
function words_of(m) {
    gsub(/_/, " ", m)
    gsub(/cpu/, "CPU", m)
    return m
}
# As it reads after "times the", and before "with the fork server".
function quantity(   m) {
    m = metric
    if (ENVIRON["quantity"] != "") return ENVIRON["quantity"]
    if (m ~ /^server_cpu/) return "server CPU"
    if (m ~ /^wall/) return "wall time"
    if (m ~ /^cpu/) return "CPU time"
    if (m ~ /^latency_p50_us$/) return "median latency"
    if (match(m, /^latency_p[0-9]+(_[0-9]+)?_us$/)) { # p99_9 is 99.9
        m = substr(m, 10, length(m) - 12)
        sub(/_/, ".", m)
        return m "th percentile of latency"
    }
    if (m ~ /^slo_rate_per_s$/) return "highest rate kept"
    if (sub(/_per_s$/, "", m)) return "rate of " words_of(m)
    if (sub(/_lost$/, "", m)) return "number of " words_of(m) " lost"
    if (m ~ /^in_time_percent$/) return "share of requests answered in time"
    if (sub(/_percent$/, "", m)) return "share " words_of(m)
    sub(/_us_per_/, " per ", m); sub(/_kib_per_/, " per ", m)
    sub(/_us$|_ms$|_kib$|_bytes$/, "", m)
    return words_of(m)
}
# A column's head: with its unit.
function title(m) {
    if (m == metric && ENVIRON["quantity"] != "") return ENVIRON["quantity"] (unit_of(m) == "" || index(ENVIRON["quantity"], unit_of(m)) ? "" : ", " unit_of(m))
    sub(/_us_per_operation$/, " µs per " (operation == "" ? ENVIRON["per"] : operation), m); sub(/_us_per_/, " µs per ", m); sub(/_kib_per_/, " KiB per ", m); sub(/_per_s$/, " per s", m)
    sub(/_us$/, " µs", m); sub(/_ms$/, " ms", m); sub(/_kib$/, " KiB", m); sub(/_percent$/, ", %", m)
    if (match(m, /^latency_p[0-9]+_[0-9]/)) m = substr(m, 1, RLENGTH - 2) "." substr(m, RLENGTH) # p99_9 is p99.9
    m = words_of(m)
    if (m ~ /^latency/ && ENVIRON["loop"] == "closed") m = m ", closed loop"
    return m
}
# A name as words.
function label(name) { gsub(/_/, " ", name); return plain(name) }
function begun(s) { return toupper(substr(s, 1, 1)) substr(s, 2) }
