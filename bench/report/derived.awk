# derived.awk: what is derived from several cells, each with the formula.
BEGIN {
    FS = "\t"
    formulas = split(ENVIRON["derive"], line, "\n")
    for (i = 1; i <= formulas; i++) { name = line[i]; sub(/ .*/, "", name); sub(/^[^ ]* */, "", line[i]); formula[name] = line[i] }
}
NR > 1 && $1 == ENVIRON["stem"] && $2 == "derived" {
    if (!rows++) {
        s = ENVIRON["baseline"]
        print "\n### Taken apart\n\nComputed within each block; a share is the part of what " plain(s) " costs.\n"
        print "| | how |" (ENVIRON["vary"] == "" ? "" : " " plain(ENVIRON["axis"]) " |") " " unit_of(ENVIRON["metric"]) " | share | blocks | validity | reasons |"
        print "| --- | --- |" (ENVIRON["vary"] == "" ? "" : " ---: |") " ---: | ---: | ---: | --- | --- |"
    }
    print "| " label($3) " | " plain(formula[$3]) " |" (ENVIRON["vary"] == "" ? "" : " " $5 " |") " " \
        signed($7, $8, $9) " | " signed($10, $11, $12) " | " $6 " | " $15 " | " ($14 == "-" ? "" : $14) " |"
}
