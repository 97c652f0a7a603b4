# not_measured.awk: the questions of the suite that are not part of the run.
BEGIN { FS = "\t" }
NR > 1 { list = list (NR > 2 ? ", " : "") plain($1) }
END { if (list != "") print "\nNot measured in this run: " list "." }
