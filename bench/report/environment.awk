# environment.awk: what and value, a row each.
BEGIN { FS = "\t" }
{ print "| " plain($1) " | " plain($2) " |" }
