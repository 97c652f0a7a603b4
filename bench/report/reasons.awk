# reasons.awk: what there was to doubt, and in how many trials: validity.tsv as a table.
BEGIN { FS = "\t" }
NR == 1 {
    for (i = 1; i <= NF; i++) at[$i] = i
    print "| reason | makes a trial | concerns | if | trials | because |\n| --- | --- | --- | --- | ---: | --- |"
    next
}
{
    low = $at["low"]; high = $at["high"]; figure = $at["looks_at"]
    bounds = figure == "-" ? "" : figure " is " (low == "-" ? "" : "below " low (high == "-" ? "" : " or ")) (high == "-" ? "" : "above " high)
    print "| " plain($at["code"]) " | " $at["validity"] " | " $at["concerns"] " | " plain(bounds == "" ? $at["says"] : bounds) " | " $at["trials"] " | " plain($at["why"]) " |"
}
