# numbers.awk: numbers as text. An interval has as many decimals as its median.
function group(s,   tail) {
    if (match(s, /\./)) { tail = substr(s, RSTART); s = substr(s, 1, RSTART - 1) }
    while (length(s) > 3 && s ~ /^[0-9]+$/) { tail = "," substr(s, length(s) - 2) tail; s = substr(s, 1, length(s) - 3) }
    return s tail
}
function value_decimals(v) { return v == 0 || v >= 99.95 ? 0 : v >= 9.995 ? 1 : v >= 0.9995 ? 2 : 3 }
function ratio_decimals(r) { return r >= 99.5 ? 0 : r >= 9.95 ? 1 : r >= 0.2995 ? 2 : 3 }
function digits(v, decimals) { return v == "-" || v == "never" ? v : group(sprintf("%." decimals "f", v)) }
function with_interval(v, low, high, decimals) {
    if (v == "-" || v == "never" && low == v) return v
    return digits(v, decimals) (low == "-" || high == "-" ? "" : " (" digits(low, decimals) " to " digits(high, decimals) ")")
}
# Differences may be negative. An interval without an upper end says so.
function minus(v, decimals) { return v < 0 ? "-" digits(-v, decimals) : digits(v, decimals) }
function signed(v, low, high,   d) {
    if (v == "-") return "-"
    d = value_decimals(v < 0 ? -v : v + 0)
    return minus(v, d) (low == "-" && high == "-" ? "" : " (" minus(low, d) " to " (high == "-" ? "no end" : minus(high, d)) ")")
}
# What would decide an undecided comparison; empty if it is not known.
function would_decide(blocks, minutes) {
    if (blocks == "-") return ""
    return "about " group(blocks) " blocks" (minutes == "-" ? "" : minutes < 0.95 ? ", less than a minute," : minutes < 1.5 ? ", a minute," : ", " group(sprintf("%.0f", minutes)) " minutes,") " would decide it"
}
# To sort by: what never comes is the largest.
function amount(v) { return v == "never" ? 1e299 : v + 0 }
