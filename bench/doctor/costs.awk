# costs.awk: compares what fork, a page fault and a system call cost here with the machines known. Reads machines.tsv, then lines
# "name value unit" (costs.c). Prints a row for each cost: level, name, value, what is usual, and what to do.
#
# Usual is the median of the machines known. More than `most` times that is unusual. It is the page tables if fork or a page fault
# is also more than `most` times as far from usual as a system call: a slow processor is slow at all three.
function median(column,    n, i, j, v, sorted) {
    for (i = 1; i <= machines; i++) {
        if (known[i, column] == "-") continue
        v = known[i, column] + 0
        for (j = ++n; j > 1 && sorted[j - 1] > v; j--) sorted[j] = sorted[j - 1]
        sorted[j] = v
    }
    return n == 0 ? 0 : (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2
}
function amount(us) { return sprintf("%.2g", us) + 0 " us" }
function ratio(column) { return column in here && usual[column] > 0 ? here[column] / usual[column] : 0 } # 0: not known
function times(column) { return sprintf("%.2g", ratio(column)) + 0 " times" }
function listed(column,    i, s) {
    for (i = 1; i <= machines; i++)
        if (known[i, column] != "-") s = s (s == "" ? "" : "; ") amount(known[i, column]) " on " known[i, 1]
    return s
}
# What is unusual about this cost, or nothing.
function unusual(column,    system_calls) {
    if (ratio(column) <= most) return ""
    system_calls = ratio(4) > 1 ? ratio(4) : 1
    if (column == 4) return "system calls are unusually slow here (a sandbox, emulation or a tracer?): each costs " times(4) " what is usual"
    if (ratio(column) <= most * system_calls) return "the whole machine is slow: " name[column] " costs " times(column) " what is usual, a system call " times(4)
    if (column == 3) return "new memory is expensive here (nested virtualisation?): a page fault costs " times(column) " what is usual"
    return "page tables are unusually slow here (nested virtualisation?): everything with fork in it costs " times(column) " what is usual"
}
BEGIN {
    FS = "\t"
    most = 3
    split("fork page_fault system_call", key, " ")
    for (i = 1; i <= 3; i++) { column_of[key[i]] = i + 1; name[i + 1] = key[i]; sub(/_/, " ", name[i + 1]) }
}
FNR == 1 { file++ }
file == 1 { if (FNR > 1) { machines++; for (i = 1; i <= NF; i++) known[machines, i] = $i } next }
split($0, field, " ") == 3 && field[1] in column_of && field[2] > 0 && field[3] == "us" { here[column_of[field[1]]] = field[2] }
END {
    for (c = 2; c <= 4; c++) usual[c] = median(c)
    for (c = 2; c <= 4; c++) {
        if (!(c in here)) continue
        why = unusual(c)
        normal = amount(usual[c]) " is usual (the median of: " listed(c) ")"
        print (why == "" ? "ok" : "warning") "\t" name[c] "\t" amount(here[c]) "\t" (why == "" ? "" : why "; ") normal "\tstate this when you cite: ratios with such a cost in them hold only for machines like this one"
    }
}
