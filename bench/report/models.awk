# models.awk: a table of the models of the run, each once, with its experiments.
BEGIN { FS = "\t" }
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
}
