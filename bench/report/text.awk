# text.awk: escapes text for Markdown, so that nothing in it is markup.
function plain(s,   n) {
    gsub(/[][\\`*_{}<>#|~&!]/, "\\\\&", s)
    sub(/^[-+=]/, "\\\\&", s)
    if (match(s, /^[0-9]+[.)]/)) s = substr(s, 1, RLENGTH - 1) "\\" substr(s, RLENGTH)
    return s
}
