# not_run.awk: the models of the experiment that this machine cannot run.
BEGIN { FS = "\t" }
$1 == ENVIRON["stem"] && $8 ~ /^skipped: / { print "- Not run: " plain($2) ": " plain(substr($8, 10)) "." }
