# as_it_is.awk: replaces text.awk where the output is not Markdown.
function plain(s) { return s }
