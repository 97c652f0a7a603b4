# reasons.awk: validity.tsv as a table: the reasons that make a number suspect or invalid, and how many trials have each.
BEGIN { FS = "\t" }
NR == 1 {
    for (i = 1; i <= NF; i++) at[$i] = i
    print "| reason | validity | applies to | if | trials | why |\n| --- | --- | --- | --- | ---: | --- |"
    next
}
{
    low = $at["low"]; high = $at["high"]; figure = $at["looks_at"]
    bounds = figure == "-" ? "" : figure " is " (low == "-" ? "" : "below " low (high == "-" ? "" : " or ")) (high == "-" ? "" : "above " high)
    print "| " plain($at["code"]) " | " $at["validity"] " | " $at["concerns"] " | " plain(bounds == "" ? $at["says"] : bounds) " | " $at["trials"] " | " plain($at["why"]) " |"
}
