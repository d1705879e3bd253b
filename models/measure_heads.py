#!/usr/bin/python3
"""Measures the segmentation and landmark heads of a package on real series and on drawn hearts.

    models/measure_heads.py PACKAGE DATA OUT [--cmr PROGRAM] [--phantoms 200] [--phantom-seed 977]

DATA is the folder with the real series (pig-cine, siemens-t1-lge, sunnybrook-frames). OUT receives
each answer of `cmr evaluate` as JSON, a picture of each head on real images, and measured.json, which
`cmr models add --measured` puts into a package. Outlines by experts exist for seg_cine_sax alone. For the
other heads the real figures are proxies, and their names say what was compared with what.
"""
import argparse
import json
import os
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--cmr", default="cmr", help="the program")
    parser.add_argument("--phantoms", type=int, default=200)
    parser.add_argument("--phantom-seed", type=int, default=977)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def unpacked(archive, folder, name):
    """The folder `name` of the archive, unpacked once."""
    path = os.path.join(folder, name)
    if not os.path.isdir(path):
        with tarfile.open(archive) as tar:
            tar.extractall(folder)
    return path


class Measurement:
    def __init__(self, a):
        self.a = a
        self.package = os.path.abspath(a.package)
        with open(os.path.join(self.package, "manifest.json")) as file:
            self.heads = json.load(file)["heads"]
        os.makedirs(a.out, exist_ok=True)
        self.measured = {}

    def evaluate(self, task, name, *options, picture=False):
        command = [self.a.cmr, "evaluate", "--package", self.package, "--task", task, "--json",
                   "--threads", str(self.a.threads), *options]
        if picture:
            command += ["--picture", os.path.join(self.a.out, task + ".png")]
        print(" ".join(command), flush=True)
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        with open(os.path.join(self.a.out, f"{task}.{name}.json"), "w") as file:
            file.write(text)
        return json.loads(text)

    def state(self, task, kind, name, figures):
        self.measured.setdefault(task, {}).setdefault(kind, {})[name] = rounded(figures)

    def short_axis(self, data):
        frames = self.evaluate("seg_cine_sax", "frames", "--frames",
                               os.path.join(data, "sunnybrook-frames", "test"), "--spacing-mm", "1.33",
                               "--mask-edges", "sunnybrook")
        ef = frames["ejection_fraction"]
        figures = {"ef_mean_absolute_error_points": ef["mean_absolute_error_points"]}
        for name, score in frames["structures"].items():
            if score["n_frames"]:
                figures[name] = {key: score[key] for key in ("n_patients", "n_frames", "dice_mean",
                                                             "dice_interval95", "hd95_mm")}
        self.state("seg_cine_sax", "real",
                   f"{ef['n_patients']} Sunnybrook test patients, against what the experts drew", figures)
        series = os.path.join(data, "sunnybrook-dicom")
        whole = self.evaluate("seg_cine_sax", "series", "--series", os.path.join(series, "SCD0000301"),
                              "--contours", os.path.join(series, "contours", "SC-HF-I-4"))
        self.state("seg_cine_sax", "real", "whole series SCD0000301 (test), errors against its contours",
                   whole["as_shipped"]["error"])
        drawn = self.evaluate("seg_cine_sax", "phantom", "--phantoms", str(self.a.phantoms),
                              "--phantom-seed", str(self.a.phantom_seed))
        self.state("seg_cine_sax", "phantom", self.drawn(),
                   {name: {key: score[key] for key in ("dice_mean", "dice_median", "hd95_mm", "n_frames",
                                                       "n_missed", "n_invented")}
                    for name, score in drawn["phantoms"]["structures"].items()})

    def drawn(self):
        return f"{self.a.phantoms} drawn hearts, seed {self.a.phantom_seed}"

    def phantoms(self, task):
        a = self.a
        answer = self.evaluate(task, "phantom", "--phantoms", str(a.phantoms),
                               "--phantom-seed", str(a.phantom_seed))
        self.state(task, "phantom", self.drawn(), answer["phantoms"]["scores"])

    def projected(self, task, file, name, *options):
        answer = self.evaluate(task, file, *options, picture=True)["projected"]
        dice = {part: value["dice"] for part, value in answer["together"].items()}
        self.state(task, "real", name, {"subjects": 1, "slices": len(answer["slices"]), "dice": dice})

    def long_axis(self, pig):
        lax = unpacked(os.path.join(pig, "E774S6-longAxis.tar.xz"), self.a.out, "E774S6-longAxis")
        self.projected("seg_cine_lax", "pig",
                       "pig LAX cine against the contours of its SAX cine, projected (proxy)",
                       "--series", lax, "--against", os.path.join(pig, "E774S5-shortAxis"),
                       "--contours", os.path.join(pig, "lvContours"))

    def maps_and_late(self, siemens):
        lge = os.path.join(siemens, "lge")
        t1 = os.path.join(siemens, "ssfp", "T1map_imgs")
        if "seg_lge_sax" in self.heads and "seg_map_sax" in self.heads:
            self.projected("seg_lge_sax", "pig",
                           "pig PSIR against what seg_map_sax sees in its T1 map, projected (proxy)",
                           "--series", lge, "--against", t1, "--against-task", "seg_map_sax")
            self.projected("seg_map_sax", "pig",
                           "pig T1 map after contrast against what seg_lge_sax sees in its PSIR, "
                           "projected (proxy)",
                           "--series", t1, "--against", lge, "--against-task", "seg_lge_sax")

    def insertions(self, frames):
        answer = self.evaluate("landmarks", "marks", "--frames", frames, "--spacing-mm", "1.33",
                               "--marks", os.path.join(HERE, "insertion_marks.csv"), picture=True)
        self.state("landmarks", "real",
                   f"{answer['frames']} short-axis frames with insertion points set by a non-expert "
                   "(proxy)", answer["marks"])


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 3) if isinstance(value, float) else value


def main():
    a = arguments()
    m = Measurement(a)
    m.short_axis(a.data)
    for task, head in m.heads.items():
        if head.get("architecture") in ("dense", "heatmap") and task != "seg_cine_sax":
            m.phantoms(task)
    if "seg_cine_lax" in m.heads:
        m.long_axis(os.path.join(a.data, "pig-cine"))
    m.maps_and_late(os.path.join(a.data, "siemens-t1-lge"))
    if "landmarks" in m.heads:
        m.insertions(os.path.join(a.data, "sunnybrook-frames", "train"))
    with open(os.path.join(a.out, "measured.json"), "w") as file:
        json.dump(m.measured, file, indent=2)
        file.write("\n")
    json.dump(m.measured, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
