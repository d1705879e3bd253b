#!/usr/bin/python3
"""Tells whether two packages segment every series of a folder alike, bit by bit.

    models/compare_segmentations.py PACKAGE OTHER SERIES... [--cmr PROGRAM] [--out FOLDER]

Each SERIES, a folder of DICOM files or a tar archive of one, is analysed with both packages by
`cmr analyze`. What is printed: what was done with it, and whether the pixel data of the segmentation
are the same. Exit code 1 when one differs.
"""
import argparse
import glob
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile

import pydicom


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package")
    parser.add_argument("other")
    parser.add_argument("series", nargs="+")
    parser.add_argument("--cmr", default="cmr", help="the program")
    parser.add_argument("--out", help="keep the results in this folder")
    return parser.parse_args()


def folder_of(series, scratch):
    if os.path.isdir(series):
        return series
    target = os.path.join(scratch, "unpacked", os.path.basename(series).split(".")[0])
    with tarfile.open(series) as tar:
        tar.extractall(target)
    return target


def analysed(program, package, series, out):
    """What the program said last, and the hashes of the segmentations' pixels."""
    run = subprocess.run([program, "analyze", series, "-o", out, "--package", package, "--overwrite",
                          "--threads", "1"], capture_output=True, text=True, check=False)
    pixels = []
    for path in sorted(glob.glob(os.path.join(out, "**", "*.dcm"), recursive=True)):
        dataset = pydicom.dcmread(path)
        if dataset.Modality == "SEG":
            pixels.append((int(dataset.NumberOfFrames),
                           hashlib.sha256(dataset.PixelData).hexdigest()))
    said = (run.stdout + run.stderr).strip().split("\n")
    return run.returncode, said, pixels


def main():
    a = arguments()
    same = True
    with tempfile.TemporaryDirectory() as scratch:
        for series in a.series:
            folder = folder_of(series, scratch)
            label = os.sep.join(os.path.normpath(series).split(os.sep)[-2:])
            results = []
            for name, package in (("package", a.package), ("other", a.other)):
                out = os.path.join(a.out or scratch, label.replace(os.sep, "-"), name)
                os.makedirs(out, exist_ok=True)
                results.append(analysed(a.cmr, package, folder, out))
            (status, said, pixels), (other_status, _, other_pixels) = results
            alike = pixels == other_pixels and status == other_status
            same = same and alike
            frames = sum(count for count, _ in pixels)
            done = f"{len(pixels)} segmentation(s), {frames} frames" if pixels else said[-1][:160]
            print(f"{'same ' if alike else 'OTHER'}  {label}: {done}",
                  flush=True)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
