# metric.awk: what a metric is called and measured in, from the run's metrics.tsv (ENVIRON["metrics"]), which bench/base/metric.h
# is the source of. The environment also tells: metric, per, unit, loop. Who speaks of several experiments sets `operation` instead
# of per.
BEGIN {
    while ((getline metric_line < ENVIRON["metrics"]) > 0) {
        split(metric_line, metric_cell, "\t")
        metric_unit[metric_cell[1]] = metric_cell[2] == "-" ? "" : metric_cell[2]
        metric_better[metric_cell[1]] = metric_cell[3]
        metric_label[metric_cell[1]] = metric_cell[5]
        metric_per[metric_cell[1]] = metric_cell[6] == "-" ? "" : metric_cell[6]
    }
    close(ENVIRON["metrics"])
}

# A cost: "a connection costs the fork server ...". Everything else is a quantity that a model has.
function is_cost(m) { return metric_per[m] != "" && metric_unit[m] == "µs" }
function is_more_better(m) { return metric_better[m] == "more" }
# The unit given for a name, if the name does not tell it.
function named_unit(name,   i, n, line) {
    n = split(ENVIRON["unit"], line, "\n")
    for (i = 1; i <= n; i++) if (index(line[i], name " ") == 1) return substr(line[i], length(name) + 2)
    return ""
}
function unit_of(m) { return metric_unit[m] == "share" ? "%" : metric_unit[m] }
# A value of a metric as it is shown: of a share, its percent.
function in_unit(m, v) { return metric_unit[m] == "share" && v != "-" ? 100 * v : v }
function behind_number(unit) { return unit == "" ? "" : "\302\240" unit } # a no-break space before it
function unit() { return behind_number(unit_of(metric)) }
# Whether a derived quantity has this form: crossover, change or spread.
function is_form(name, form) { return index("\n" ENVIRON["derive"], "\n" name " " form " ") > 0 }
# A derived quantity has the metric's unit, unless it is given another one. A change is a ratio, a spread is in percent.
function derived_value(name, v, low, high,   own) {
    if (v == "-") return "-"
    own = named_unit(name)
    if (is_form(name, "change")) return with_interval(v, low, high, ratio_decimals(v)) behind_number(plain(own))
    if (is_form(name, "spread")) return with_interval(v, low, high, 1) behind_number(own == "" ? "%" : plain(own))
    return signed(v, low, high) behind_number(plain(own == "" ? unit_of(ENVIRON["metric"]) : own))
}
# As it reads after "times the", and before "with the fork server".
function quantity(   label) {
    label = metric_label[metric]
    if (sub(/ per second$/, "", label)) label = "rate of " label # a plural would not fit "is"
    return label (metric_per[metric] == "" || is_cost(metric) ? "" : " per " metric_per[metric])
}
# A column's heading, with its unit.
function title(m,   per) {
    per = metric_per[m] == "operation" ? (operation == "" ? ENVIRON["per"] : operation) : metric_per[m]
    return metric_label[m] (per == "" ? "" : " per " per) (unit_of(m) == "" || unit_of(m) == "/s" ? "" : ", " unit_of(m)) \
        (m ~ /^latency/ && ENVIRON["loop"] == "closed" ? ", closed loop" : "")
}
# A name as words.
function label(name) { gsub(/_/, " ", name); return plain(name) }
function begun(s) { return toupper(substr(s, 1, 1)) substr(s, 2) }
