# metrics.awk: metrics.tsv as a table: what each metric of the report is.
BEGIN { FS = "\t"; print "| metric | unit | better | what it is |\n| --- | --- | --- | --- |" }
NR > 1 { print "| " plain($5 ($6 == "-" ? "" : " per " $6)) " | " ($2 == "-" ? "" : $2 == "share" ? "%" : $2) " | " ($3 == "neither" ? "" : $3) " | " plain($7) " (" plain($1) ") |" }
