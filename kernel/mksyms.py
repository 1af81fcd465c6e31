# SPDX-License-Identifier: MIT
"""Makes the kernel's symbol table (kernel/core/symbols.c) from a linked image.

    mksyms.py NM IMAGE > symbols.S

Links: the image without a table first; the table is made from it; the second link adds it. Only
functions are listed, and the table is read-only data behind the text, so the second link moves none.
"""
import subprocess
import sys


def functions(nm, image):
    """Sorted (address, name) of the text symbols, one per address."""
    output = subprocess.run([nm, "-n", "--defined-only", image], check=True, capture_output=True, text=True).stdout
    best = {}
    for line in output.splitlines():
        fields = line.split()
        if len(fields) != 3 or fields[1] not in "tTwW" or fields[2].startswith("."):
            continue
        address, name = int(fields[0], 16), fields[2]
        if address >> 63 == 0:  # boot code at low addresses
            continue
        # a global name is better than a local one, a short one better than a long one
        rank = (fields[1] in "tw", len(name), name)
        if address not in best or rank < best[address][0]:
            best[address] = (rank, name)
    return [(address, best[address][1]) for address in sorted(best)]


def main():
    nm, image = sys.argv[1:]
    symbols = functions(nm, image)
    if not symbols:
        sys.exit(f"mksyms.py: {image}: no functions found")
    base = symbols[0][0]
    end = symbols[-1][0] - base + 16
    out = ["# made by kernel/mksyms.py", '.section .rodata.symbols,"a"', ".balign 8",
           ".globl symbols_base, symbols_count, symbols_offsets, symbols_names, symbols_strings",
           f"symbols_base: .quad {base:#x}", f"symbols_count: .long {len(symbols)}", "symbols_offsets:"]
    out += [f".long {address - base:#x}" for address, _ in symbols] + [f".long {end:#x}", "symbols_names:"]
    place = 0
    for _, name in symbols:
        out.append(f".long {place}")
        place += len(name) + 1
    out.append("symbols_strings:")
    out += [f'.asciz "{name}"' for _, name in symbols]
    out.append('.section .note.GNU-stack,"",@progbits')
    print("\n".join(out))


main()
