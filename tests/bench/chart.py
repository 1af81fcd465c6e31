# SPDX-License-Identifier: MIT
"""chart: a bar for each row, Parley's share of Linux's cost, as SVG."""
from xml.sax.saxutils import escape

from . import table

WIDTH, LABEL, BAR, ROW, TOP = 760, 170, 480, 20, 48
GOOD, BAD, GRID = "#2a7f62", "#b5533c", "#bbbbbb"


def line(x, bottom, name):
    return ('<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"/><text x="%d" y="%d" '
            'text-anchor="middle" fill="#666">%s</text>' %
            (x, TOP - 8, x, bottom, GRID, x, TOP - 12, name))


def svg(rows):
    rows = [r for r in rows if r[4] is not None]
    mean = table.geometric_mean(rows)
    bottom = TOP + ROW * (len(rows) + 1)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
           'font-family="sans-serif" font-size="12">' % (WIDTH, bottom + 16),
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="8" y="18" font-size="14">Parley\'s instructions as a share of Linux\'s</text>']
    out += [line(LABEL + int(BAR * share), bottom, name)
            for share, name in ((0, "0"), (0.5, "1/2"), (1, "1"))]
    bars = [(r[0], r[4]) for r in rows] + ([("geometric mean", mean)] if mean else [])
    for i, (name, ratio) in enumerate(bars):
        y = TOP + ROW * i
        width = max(1, int(BAR * min(ratio, 1.15)))
        out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' %
                   (LABEL - 8, y + 13, escape(name)))
        out.append('<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>' %
                   (LABEL, y + 2, width, ROW - 5, GOOD if ratio <= table.GOAL else BAD))
        out.append('<text x="%d" y="%d">%.2f</text>' % (LABEL + width + 6, y + 13, ratio))
    return "\n".join(out + ["</svg>", ""])


def write(path, rows):
    with open(path, "w", encoding="utf-8") as f:
        f.write(svg(rows))
