#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mkfont: turns a PC Screen Font (version 1 or 2, plain or gzip) into C for kernel/dev/font.h.

Promise   the first of the given files that exists is taken; its Unicode table becomes the sorted list of
          codes, sequences left out. A font that is not 8 pixels wide or has no table is refused.
Usage     mkfont.py OUTPUT FONT...
"""
import gzip
import os
import struct
import sys

PSF1_MAGIC, PSF2_MAGIC = b"\x36\x04", b"\x72\xb5\x4a\x86"
PSF1_512, PSF1_TABLE, PSF2_TABLE = 1, 2, 1
WIDTH = 8


def read_font(path):
    data = open(path, "rb").read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def table_of_psf1(data, count):
    words = struct.unpack(f"<{len(data) // 2}H", data[:len(data) // 2 * 2])
    glyph, sequence = 0, False
    for word in words:
        if glyph == count:
            return
        if word == 0xFFFF:
            glyph, sequence = glyph + 1, False
        elif word == 0xFFFE:
            sequence = True
        elif not sequence:
            yield word, glyph


def table_of_psf2(data, count):
    for glyph, entry in enumerate(data.split(b"\xff")[:count]):
        for char in entry.split(b"\xfe")[0].decode("utf-8"):
            yield ord(char), glyph


def parse(data):
    """Answers height, glyph bytes, {code: glyph}."""
    if data[:2] == PSF1_MAGIC:
        mode, height = data[2], data[3]
        count, start, width = 512 if mode & PSF1_512 else 256, 4, WIDTH
        has_table, table = mode & (PSF1_TABLE | 4), table_of_psf1
    elif data[:4] == PSF2_MAGIC:
        _, _, start, flags, count, size, height, width = struct.unpack("<8I", data[:32])
        has_table, table = flags & PSF2_TABLE, table_of_psf2
    else:
        raise ValueError("no PC Screen Font")
    if width != WIDTH or not has_table:
        raise ValueError("not 8 pixels wide, or without a Unicode table")
    end = start + count * height
    codes = {}
    for code, glyph in table(data[end:], count):
        if code <= 0xFFFF:
            codes.setdefault(code, glyph)
    return height, data[start:end], codes


def write_c(path, source, height, rows, codes):
    with open(path, "w") as out:
        out.write(f"/* made by mkfont.py from {os.path.basename(source)} */\n"
                  '#include "kernel/dev/font.h"\n\nstatic const u8 rows[] = {\n')
        for at in range(0, len(rows), height):
            out.write("\t" + ", ".join(str(b) for b in rows[at:at + height]) + ",\n")
        out.write("};\n\nstatic const struct font_code codes[] = {\n")
        for code in sorted(codes):
            out.write(f"\t{{ {code:#x}, {codes[code]} }},\n")
        out.write("};\n\nconst struct font console_font = {\n"
                  f"\t.height = {height}, .nr_glyphs = {len(rows) // height}, .nr_codes = {len(codes)},\n"
                  "\t.rows = rows, .codes = codes,\n};\n")


def main():
    output, candidates = sys.argv[1], sys.argv[2:]
    for path in candidates:
        if os.path.exists(path):
            try:
                write_c(output, path, *parse(read_font(path)))
            except (ValueError, struct.error) as error:
                sys.exit(f"mkfont: {path}: {error}")
            return
    sys.exit("mkfont: no console font is installed: `make deps` installs the package console-setup-linux")


main()
