"""How many plots of the report's picture have lines? picture.py PNG LEAST (0: none may have).

The page is cut into its four cards of plots, two beside two; a plot is drawn when the colours of
its lines run over most of its width."""
import sys

from PIL import Image

COLOURS = [(0x3b, 0x82, 0xf6), (0xf5, 0x9e, 0x0b), (0xef, 0x44, 0x44), (0x10, 0xb9, 0x81),
           (0x8b, 0x5c, 0xf6)]
NEAR = 40      # of each colour, together
WIDE = 0.5     # of a card's width that has a point of a line
EACH = 2       # pixels, both ways
HALVES = [(0.05, 0.48), (0.52, 0.95)]


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
    picture = Image.open(sys.argv[1]).convert("RGB")
    at, plots = picture.load(), 0
    for left, right in HALVES:
        columns = range(int(left * picture.width), int(right * picture.width), EACH)
        points = {}
        for y in range(0, picture.height, EACH):
            points[y] = [x for x in columns if is_line(at[x, y])]
        for first, last in bands([y for y in points if points[y]]):
            covered = {x for y in range(first, last + 1, EACH) for x in points[y]}
            plots += len(covered) > WIDE * len(columns)
    print(f"{plots} plots have lines")
    least = int(sys.argv[2])
    return plots < least if least else plots > 0


sys.exit(main())
