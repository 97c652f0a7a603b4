#!/usr/bin/python3
"""render.py TEMPLATE JSON... OUTPUT [-- TEMPLATE JSON... OUTPUT]...: renders templates of this
folder with the data of a run.

The template sees the members of the (first) JSON file, and all files as `reports`, each with its
`folder` as seen from the output. It has the function svg(path, label), which puts a picture of the
run into the page, and the filter `code`, which marks what stands in backticks. A template lays
out and never computes. The output is written completely or not at all.
"""
import json
import lzma
import os
import re
import sys
import traceback
from pathlib import Path

try:
    import jinja2
    from markupsafe import Markup, escape
except ImportError as error:
    sys.exit(f"render: {error}: install python3-jinja2 (make deps)")


def read(path):
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def svg(folder, path, label):
    """A picture as part of the page; None if the run lacks it. The marks of all pictures have the
    same ids, so the picture's name goes before them."""
    file = folder / path
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8").rstrip()
    start = text.find("<svg")
    if start < 0 or not text.endswith("</svg>"):
        raise ValueError(f"{file}: not a complete SVG: draw it again (make plots)")
    text = re.sub(r"""(\bid=["']|href=["']#|url\(#)""", rf"\g<1>{file.stem}-", text[start:])
    return Markup(f'<svg role="img" aria-label="{escape(label)}"{text[4:]}')


def code(text):
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def render(template, sources, output):
    places = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).resolve().parent),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: "" if value is None else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    places.filters["code"] = code
    reports = [read(source) for source in sources]
    for source, report in zip(sources, reports):
        report["folder"] = os.path.relpath(source.parent, output.parent)
    places.globals["svg"] = lambda path, label: svg(sources[0].parent, path, label)
    return places.get_template(template).render(reports[0], reports=reports)


def write(text, output):
    part = output.with_name(f".{output.name}.new")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def place_in_template(error):
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
    return f" ({Path(lines[-1].filename).name}, line {lines[-1].lineno})" if lines else ""


def main(arguments):
    while arguments:
        end = arguments.index("--") if "--" in arguments else len(arguments)
        one, arguments = arguments[:end], arguments[end + 1 :]
        if len(one) < 3:
            sys.exit("usage: render.py TEMPLATE JSON... OUTPUT [-- TEMPLATE JSON... OUTPUT]...")
        *sources, output = map(Path, one[1:])
        try:
            write(render(one[0], sources, output), output)
        except (OSError, ValueError, TypeError, lzma.LZMAError, jinja2.TemplateError) as error:
            sys.exit(f"render: {output}: {error}{place_in_template(error)}")


main(sys.argv[1:] or [""])
