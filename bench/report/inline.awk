# inline.awk: makes the page a single file: replaces images by their SVG. Each SVG has the same ids (gnuplot's marks), so its stem
# is put before them. Verdicts get a class, for colour. run: the folder of the run.
function svg(stem,   file, line, inside) {
    file = run "/plots/" stem ".svg"
    while ((getline line < file) > 0) {
        if (line ~ /^<svg/) { inside = 1; sub(/^<svg/, "<svg role=\"img\" aria-label=\"" alt "\"", line) }
        if (!inside) continue
        gsub(/ id="/, "&" stem "-", line); gsub(/ id='/, "&" stem "-", line)
        gsub(/href="#/, "&" stem "-", line); gsub(/href='#/, "&" stem "-", line); gsub(/url\(#/, "&" stem "-", line)
        print line
    }
    close(file)
    if (!inside) { print "report: " file " is not an SVG" > "/dev/stderr"; exit 1 }
}
match($0, /^<p><img src="plots\/[^"]*\.svg"/) {
    stem = substr($0, 20, RLENGTH - 24)
    alt = $0; sub(/^.* alt="/, "", alt); sub(/".*$/, "", alt)
    print "<figure>"; svg(stem); print "</figure>"
    next
}
/^<td>✓/ { sub(/^<td>/, "<td class=\"yes\">") }
/^<td>✗/ { sub(/^<td>/, "<td class=\"no\">") }
/^<td>\? / { sub(/^<td>/, "<td class=\"unsure\">") }
{ print }
