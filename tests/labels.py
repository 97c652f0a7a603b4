#!/usr/bin/python3
"""labels.py SVG...: prints each text of a figure that leaves the canvas, or covers or touches another one.

The width of a text is that of DejaVu Sans, roughly: a text may be a twentieth wider or narrower.
"""
import re
import sys
from html import unescape
from itertools import combinations

NARROW = {"ijl'|": 0.28, " .,:;f": 0.32, "()t/-r": 0.4, "+×%mw–": 0.84}  # widths in font sizes
OTHERS = 0.61
SLACK = 1  # pixels that two texts may share
GAP = 2  # pixels between texts of one line
GROUP = re.compile(r'<g transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*font-size="([\d.]+)"[^>]*text-anchor="(\w+)">\n<text>(.*?)</text>')


def width(text):
    return sum(next((wide for letters, wide in NARROW.items() if c in letters), OTHERS) for c in text)


def boxes(svg):
    for x, y, size, anchor, text in GROUP.findall(svg):
        text = unescape(re.sub("<[^>]*>", "", text)).strip()
        wide = width(text) * float(size)
        left = float(x) - wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        if text:
            yield text, left, left + wide, float(y) - 0.75 * float(size), float(y)


def main(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            svg = file.read()
        right, bottom = map(float, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
        texts = list(boxes(svg))
        if not texts:
            print(f"{path}: no texts")
        for text, x1, x2, y1, y2 in texts:
            if x1 < 0 or x2 > right or y1 < 0 or y2 > bottom:
                print(f"{path}: '{text}' leaves the canvas")
        for (a, ax1, ax2, ay1, ay2), (b, bx1, bx2, by1, by2) in combinations(texts, 2):
            if min(ax2, bx2) - max(ax1, bx1) > (-GAP if ay2 == by2 else SLACK) and min(ay2, by2) - max(ay1, by1) > SLACK:
                print(f"{path}: '{a}' is not clear of '{b}'")


main(sys.argv[1:])
