# glance.awk: the experiment in one sentence: its first two headline models at the largest x, or at each word that x takes.
END {
    if (largest == "") { print "Nothing could be measured."; exit }
    for (p = 1; p <= xs; p++) {
        if (!in_words && x[p] != largest) continue
        if (x[p] != "-") s = s (parts ? "; " : "") spot(x[p]) ","
        for (i = 1; i <= headlines && i <= 2; i++) { # the other models have their own sentences
            s = s (i > 1 ? "; " : " ")
            if (!(headline[i] in family)) s = s named(headline[i]) " was not run"
            else s = s clause(headline[i], x[p])
        }
        if (!parts && parts_of_answer(x[p]) != "") s = s "; " parts_of_answer(x[p]) # those of other words are below
        parts++
    }
    if (largest != "-" && parts_of_answer("-") != "") s = s "; " parts_of_answer("-")
    sub(/^ /, "", s)
    print begun(s) "."
}
