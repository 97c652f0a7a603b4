#!/usr/bin/python3
"""links.py MARKDOWN...: prints the links that lead nowhere, a line each; exits with 1 if there are any.

A local link must lead to a file, and its anchor to a heading or an element with that id there. One to the web must be well-formed: it is
not followed.
"""
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINK = re.compile(r"!?\[(?:[^\]\\]|\\.|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")


def without_code(text):
    text = re.sub(r"^( *)(```+|~~~+).*?^\1?\2", "", text, flags=re.M | re.S)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", text)


def anchors(path):
    """The ids in an HTML or Markdown file: those of elements, and a code host's names of headings."""
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r"\bid=[\"']([^\"']+)", text))
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", text, flags=re.M) if path.suffix == ".md" else []:
        plain = re.sub(r"<[^>]*>|[`*\\]|\]\([^)]*\)|\[", "", heading).strip().lower()
        found.add(re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", plain)))
    return found


def trouble(target, page):
    """Why a link leads nowhere, or None."""
    parts = urlsplit(target)
    if parts.scheme:
        good = parts.scheme in ("http", "https") and re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?", parts.netloc)
        return None if good else "not a well-formed address"
    file = page.parent / unquote(parts.path) if parts.path else page
    if not file.exists():
        return "there is no such file"
    if parts.fragment and (file.is_dir() or unquote(parts.fragment) not in anchors(file)):
        return "there is no such anchor"
    return None


def main(paths):
    bad = 0
    for page in map(Path, paths):
        for target in LINK.findall(without_code(page.read_text(encoding="utf-8"))):
            why = trouble(target, page)
            if why:
                print(f"{page}: {target}: {why}")
                bad += 1
    return 1 if bad or not paths else 0


sys.exit(main(sys.argv[1:]))
