# environment.awk: a row per name and value.
BEGIN { FS = "\t" }
{ print "| " plain($1) " | " plain($2) " |" }
