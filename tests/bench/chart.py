# SPDX-License-Identifier: MIT
"""chart: a bar for each row, Parley's share of Linux's instructions, as SVG."""
from xml.sax.saxutils import escape

from . import table

WIDTH, LABEL, BAR, ROW, TOP, LONGEST = 760, 170, 480, 16, 48, 1.1
GOOD, BAD, GRID = "#2a7f62", "#b5533c", "#bbbbbb"


def line(x, bottom, name):
    return ('<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"/><text x="%d" y="%d" '
            'text-anchor="middle" fill="#666">%s</text>' %
            (x, TOP - 8, x, bottom, GRID, x, TOP - 12, name))


def bar(y, name, ratio):
    width = max(1, int(BAR * min(ratio, LONGEST)))
    return ['<text x="%d" y="%d" text-anchor="end">%s</text>' % (LABEL - 8, y + 11, escape(name)),
            '<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>' %
            (LABEL, y + 2, width, ROW - 4, GOOD if ratio <= table.GOAL else BAD),
            '<text x="%d" y="%d">%.2f</text>' % (LABEL + width + 6, y + 11, ratio)]


def svg(sections):
    """Of [(title, rows)] as table.compared() answers."""
    out, y = [], TOP
    everything = [r for r in table.all_rows(sections) if r[4] is not None]
    for title, rows in [*sections, ("", [("geometric mean", "", 0, 0, table.geometric_mean(everything))])]:
        out.append('<text x="8" y="%d" font-weight="bold">%s</text>' % (y + 12, escape(title)))
        y += ROW if title else 6
        for name, _, _, _, ratio in rows:
            if ratio is not None:
                out += bar(y, name, ratio)
                y += ROW
        y += 4
    head = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
            'font-family="sans-serif" font-size="11">' % (WIDTH, y + 12),
            '<rect width="100%" height="100%" fill="white"/>',
            '<text x="8" y="18" font-size="14">Parley\'s instructions as a share of Linux\'s</text>']
    grid = [line(LABEL + int(BAR * at), y, name) for at, name in ((0, "0"), (0.5, "1/2"), (1, "1"))]
    return "\n".join([*head, *grid, *out, "</svg>", ""])


def write(path, sections):
    with open(path, "w", encoding="utf-8") as f:
        f.write(svg(sections))
