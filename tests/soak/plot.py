"""Draws what soak.py measured: plot.py soak.csv soak.png. Needs python3-pil."""

import csv
import sys

from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN = 760, 150, 56
COLOURS = ((31, 88, 153), (190, 92, 20), (60, 130, 60), (140, 60, 140))
PANELS = (("memory, MiB", ("archive MiB", "worker MiB")),
          ("open files", ("archive fds", "worker fds")),
          ("ms a job, mean", ("wait ms", "fetch ms", "analyze ms", "store ms")),
          ("database, KiB", ("jobs db KiB",)))


def panel(draw, top, title, names, rows):
    across = [float(row["series"]) for row in rows]
    highest = max(float(row[name]) for row in rows for name in names) * 1.1 or 1
    left, right, low, high = MARGIN, WIDTH - 130, top + HEIGHT - 24, top + 22

    def place(x, y):
        return (left + (right - left) * x / max(across), low - (low - high) * y / highest)
    draw.text((left, top + 4), title, fill=0)
    draw.line([place(0, highest), place(0, 0), place(max(across), 0)], fill=(120, 120, 120))
    draw.text((6, high - 4), f"{highest:.0f}", fill=0)
    draw.text((6, low - 8), "0", fill=0)
    draw.text((right - 20, low + 4), f"{max(across):.0f} series", fill=0)
    for number, name in enumerate(names):
        points = [place(x, float(row[name])) for x, row in zip(across, rows)]
        draw.line(points, fill=COLOURS[number], width=2)
        draw.text((right + 10, high + 16 * number), name, fill=COLOURS[number])


def main(source, target):
    with open(source, newline="") as file:
        rows = list(csv.DictReader(file))
    picture = Image.new("RGB", (WIDTH, HEIGHT * len(PANELS)), "white")
    draw = ImageDraw.Draw(picture)
    for number, (title, names) in enumerate(PANELS):
        panel(draw, number * HEIGHT, title, names, rows)
    picture.quantize(16).save(target, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
