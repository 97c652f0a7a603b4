# derived.awk: quantities derived from several cells, each with its formula and, if given, the published value.
BEGIN {
    FS = "\t"
    formulas = split(ENVIRON["derive"], line, "\n")
    for (i = 1; i <= formulas; i++) { name = line[i]; sub(/ .*/, "", name); sub(/^[^ ]* */, "", line[i]); formula[name] = line[i] }
    count = split(ENVIRON["published"], line, "\n")
    for (i = 1; i <= count; i++) { # or two with an operator between
        split(line[i], word, " ")
        v = word[3] == "/" ? word[2] / word[4] : word[3] == "-" ? word[2] - word[4] : word[2]
        published[word[1]] = signed(v, "-", "-")
    }
}
NR > 1 && $1 == ENVIRON["stem"] && $2 == "derived" {
    row[++rows] = "| " label($3) " | " plain(formula[$3]) " |" (ENVIRON["vary"] == "" ? "" : " " $5 " |") " " \
        derived_value($3, $7, $8, $9) " |" (count ? " " published[$3] " |" : "")
    share[rows] = " " signed($10, $11, $12) " |"
    end[rows] = " " $6 " | " $15 " | " ($14 == "-" ? "" : plain($14)) " |"
    shares += $10 != "-"
}
END {
    if (!rows) exit
    print "\n### Derived quantities\n\nComputed within each block" (shares ? "; a share is a fraction of " plain(ENVIRON["baseline"]) "'s cost." : ".") \
        (count ? " Published: " plain(ENVIRON["published_in"]) "." : "") "\n"
    print "| | formula |" (ENVIRON["vary"] == "" ? "" : " " plain(ENVIRON["axis"]) " |") " value |" (count ? " published |" : "") (shares ? " share |" : "") " blocks | validity | reasons |"
    print "| --- | --- |" (ENVIRON["vary"] == "" ? "" : " ---: |") " ---: |" (count ? " ---: |" : "") (shares ? " ---: |" : "") " ---: | --- | --- |"
    for (i = 1; i <= rows; i++) print row[i] (shares ? share[i] : "") end[i]
}
