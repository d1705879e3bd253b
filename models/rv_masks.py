#!/usr/bin/env python3
"""Makes masks of the right ventricle from outlines, beside the frames that they were drawn on.

    models/rv_masks.py models/labels/rv_outlines.json FRAMES OUT

FRAMES holds train/ and test/ with images/, endo/ and epi/ (the published Sunnybrook frames). OUT gets
the same two folders, whose images/, endo/ and epi/ are links to those of FRAMES, and rv/ with a mask of
0 and 255 for each outline: what `cmr finetune --frames` and `cmr evaluate --frames` read. A pixel belongs
to the cavity when its middle lies inside the outline.

Standard library only.
"""
import argparse
import json
import pathlib
import struct
import sys
import zlib


def inside(outline, row, columns):
    """Whether the middle of each pixel of a row lies inside the outline (even-odd rule)."""
    crossings = []
    for (x0, y0), (x1, y1) in zip(outline, outline[1:] + outline[:1]):
        if (y0 <= row) != (y1 <= row):
            crossings.append(x0 + (row - y0) * (x1 - x0) / (y1 - y0))
    return bytes(255 if sum(c <= x for c in crossings) % 2 else 0 for x in range(columns))


def mask(outline, rows, columns):
    return [inside(outline, row, columns) for row in range(rows)]


def size_of_png(path):
    head = path.read_bytes()[:24]
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        raise SystemExit(f"{path} is no PNG picture")
    columns, rows = struct.unpack(">II", head[16:24])
    return rows, columns


def png(lines):
    """A grey picture of 8 bits."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    header = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)
            + chunk(b"IEND", b""))


def link_frames(source, target):
    (target / "rv").mkdir(parents=True, exist_ok=True)
    for part in ("images", "endo", "epi"):
        if (source / part).is_dir() and not (target / part).exists():
            (target / part).symlink_to((source / part).resolve())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("outlines", type=pathlib.Path)
    parser.add_argument("frames", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    arguments = parser.parse_args()
    drawn = json.loads(arguments.outlines.read_text(encoding="utf-8"))["frames"]
    for folder in sorted({entry["folder"] for entry in drawn}):
        link_frames(arguments.frames / folder, arguments.out / folder)
    for entry in drawn:
        name = entry["frame"] + ".png"
        image = arguments.frames / entry["folder"] / "images" / name
        if not image.exists():
            raise SystemExit(f"there is no frame {image}")
        lines = mask(entry["outline"], *size_of_png(image))
        (arguments.out / entry["folder"] / "rv" / name).write_bytes(png(lines))
    print(f"{len(drawn)} masks below {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
