"""How many plots of the report's picture have lines? picture.py PNG LEAST (0: none may have).

The page is cut into its four cards of plots, two beside two; a plot is drawn when the colours of
its lines run over most of its width."""
import struct
import sys
import zlib

COLOURS = [(0x3b, 0x82, 0xf6), (0xf5, 0x9e, 0x0b), (0xef, 0x44, 0x44), (0x10, 0xb9, 0x81),
           (0x8b, 0x5c, 0xf6)]
NEAR = 40      # of each colour, together
WIDE = 0.5     # of a card's width that has a point of a line
HALVES = [(0.05, 0.48), (0.52, 0.95)]


def unfilter(kind, line, above, step):
    out = bytearray(line)
    for i in range(len(out)):
        left = out[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            out[i] = (out[i] + left) & 255
        elif kind == 2:
            out[i] = (out[i] + up) & 255
        elif kind == 3:
            out[i] = (out[i] + (left + up) // 2) & 255
        elif kind == 4:
            p = left + up - corner
            a, b, c = abs(p - left), abs(p - up), abs(p - corner)
            out[i] = (out[i] + (left if a <= b and a <= c else up if b <= c else corner)) & 255
    return out


def pixels(path):
    """Rows of bytes, bytes a pixel."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6)
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    step = 3 if colour == 2 else 4
    flat, rows, above = zlib.decompress(packed), [], bytes(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        above = unfilter(flat[start], flat[start + 1:start + 1 + width * step], above, step)
        rows.append(above)
    return rows, step


def is_line(pixel):
    return any(sum(abs(a - b) for a, b in zip(pixel, colour)) < NEAR for colour in COLOURS)


def bands(marks):
    """Runs of rows that have lines, with small gaps closed: [first, last]."""
    found = []
    for y in marks:
        if found and y - found[-1][1] < 60:
            found[-1][1] = y
        else:
            found.append([y, y])
    return [b for b in found if b[1] - b[0] > 30]


def main():
    rows, step = pixels(sys.argv[1])
    width, plots = len(rows[0]) // step, 0
    for left, right in HALVES:
        columns = range(int(left * width), int(right * width))
        points = {}
        for y, row in enumerate(rows):
            points[y] = [x for x in columns if is_line(row[x * step:x * step + 3])]
        for first, last in bands([y for y in points if points[y]]):
            covered = {x for y in range(first, last + 1) for x in points[y]}
            plots += len(covered) > WIDE * len(columns)
    print(f"{plots} plots have lines")
    least = int(sys.argv[2])
    return plots < least if least else plots > 0


sys.exit(main())
