# as_it_is.awk: in place of text.awk, for what is no Markdown.
function plain(s) { return s }
