# text.awk: text into Markdown, taken as it is and never as markup.
function plain(s,   n) {
    gsub(/[][\\`*_{}<>#|~&!]/, "\\\\&", s)
    sub(/^[-+=]/, "\\\\&", s)
    if (match(s, /^[0-9]+[.)]/)) s = substr(s, 1, RLENGTH - 1) "\\" substr(s, RLENGTH)
    return s
}
