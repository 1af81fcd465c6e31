# SPDX-License-Identifier: MIT
"""Writes test data for test_inflate to standard output: what zlib makes of texts, and what zlib says of
damaged versions of it.

Each record: u8 gzip, u8 ok, u32 packed bytes, u32 used bytes, u32 unpacked bytes, packed, unpacked.
"""
import gzip
import random
import struct
import sys
import zlib


def texts(rnd):
    yield b""
    yield b"a"
    yield b"abc" * 30000
    yield bytes(100000)
    yield bytes(rnd.randrange(256) for _ in range(70000))
    for size in (10, 1000, 40000, 150000):
        words = [bytes(rnd.choices(b"etaoinshrdlu", k=rnd.randrange(1, 9))) for _ in range(200)]
        yield b" ".join(rnd.choice(words) for _ in range(size // 5))
    for spread in (2, 20, 100):  # skewed frequencies: long codes
        yield bytes(min(255, int(rnd.expovariate(1 / spread))) for _ in range(30000))


def pack(text, level, strategy, bits):
    packer = zlib.compressobj(level, zlib.DEFLATED, bits, 9, strategy)
    return packer.compress(text) + packer.flush()


def verdict(packed, bits):
    """(text, bytes used), or None if zlib refuses."""
    unpacker = zlib.decompressobj(bits)
    try:
        text = unpacker.decompress(packed)
    except zlib.error:
        return None
    if not unpacker.eof:
        return None
    return text, len(packed) - len(unpacker.unused_data)


def emit(packed, bits):
    result = verdict(packed, bits)
    text, used = result if result else (b"", 0)
    sys.stdout.buffer.write(struct.pack("<BBIII", bits > 0, result is not None, len(packed), used, len(text)))
    sys.stdout.buffer.write(packed + text)


def damage(packed, rnd):
    data = bytearray(packed)
    for _ in range(rnd.randrange(1, 4)):
        # near the start more often: headers and code tables
        at = rnd.randrange(min(len(data), rnd.choice((4, 100, len(data)))) or 1)
        data[at] ^= 1 << rnd.randrange(8)
    if rnd.random() < 0.2:
        del data[rnd.randrange(len(data)):]
    return bytes(data)


def gzip_with_options(text):
    header = bytearray(b"\x1f\x8b\x08\x1e\x00\x00\x00\x00\x00\x03")
    header += struct.pack("<H", 5) + b"extra" + b"name\0" + b"a comment\0"
    header += struct.pack("<H", zlib.crc32(header) & 0xffff)
    trailer = struct.pack("<II", zlib.crc32(text), len(text))
    return bytes(header) + pack(text, 9, zlib.Z_DEFAULT_STRATEGY, -15) + trailer


def main():
    rnd = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    strategies = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)
    small = []
    for text in texts(rnd):
        for level in (0, 1, 6, 9):
            strategy = rnd.choice(strategies)
            for bits in (-15, 31):
                packed = pack(text, level, strategy, bits)
                emit(packed + b"trailing bytes", bits)
                if len(text) <= 40000:
                    small.append((packed[:3000], bits))
        emit(gzip_with_options(text), 31)
        emit(gzip.compress(text), 31)
    small.append((gzip_with_options(b"some text"), 31))
    for packed, bits in small:
        for _ in range(60):
            emit(damage(packed, rnd), bits)
    tiny = gzip_with_options(b"a text that repeats, a text that repeats")
    for n in range(len(tiny)):
        emit(tiny[:n], 31)
    for _ in range(1500):
        emit(bytes(rnd.randrange(256) for _ in range(rnd.randrange(80))), -15)


main()
