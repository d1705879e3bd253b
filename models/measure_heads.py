#!/usr/bin/python3
"""Measures the heads of a package on real series and on drawn hearts: the figures of its model card.

    models/measure_heads.py PACKAGE DATA OUT [--cmr PROGRAM] [--phantoms 200] [--phantom-seed 977]
                            [--beside PACKAGE]...

DATA is the folder with the real series (pig-cine, siemens-t1-lge, sunnybrook-frames, sunnybrook-dicom). OUT
receives each answer of `cmr evaluate` as JSON, a picture of each head on real images, card.md with the tables of
seg_cine_sax and of the classifiers, and measured.json, which `cmr models add --measured` puts into a package.
`--beside` names packages that the card compares with, such as the plain U-Net: they are measured on the same
frames. Outlines by experts exist for seg_cine_sax alone. For the other outlining heads the real figures are
proxies, and their names say what was compared with what. What a classifier says of subjects that it was trained
without is measured while it is trained, not here: here ten patients that nothing was trained on.
"""
import argparse
import json
import os
import subprocess
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
CONTOURED_SERIES = (  # series, folder of its contours, what it was used for
    ("SCD0000301", "SC-HF-I-4", "test"),
    ("SCD0000101", "SC-HF-I-1", "validation"),
    ("SCD0000501", "SC-HF-I-6", "validation"),
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("package")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--cmr", default="cmr", help="the program")
    parser.add_argument("--phantoms", type=int, default=200)
    parser.add_argument("--phantom-seed", type=int, default=977)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--beside", action="append", default=[], metavar="PACKAGE")
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
        self.card = []

    def evaluate(self, task, name, *options, picture=False, package=None):
        command = [self.a.cmr, "evaluate", "--package", package or self.package, "--task", task, "--json",
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

    def test_frames(self, data, name, *options, package=None):
        return self.evaluate("seg_cine_sax", name, "--frames", os.path.join(data, "sunnybrook-frames", "test"),
                             "--spacing-mm", "1.33", *options, package=package)

    def short_axis(self, data):
        frames = self.test_frames(data, "frames", "--mask-edges", "sunnybrook")
        ef = frames["ejection_fraction"]
        figures = {"ef_mean_absolute_error_points": ef["mean_absolute_error_points"]}
        for name, score in frames["structures"].items():
            if score["n_frames"]:
                figures[name] = {key: score[key] for key in ("n_patients", "n_frames", "dice_mean",
                                                             "dice_interval95", "hd95_mm")}
        self.state("seg_cine_sax", "real",
                   f"{ef['n_patients']} Sunnybrook test patients, against what the experts drew", figures)
        stored = self.test_frames(data, "stored", "--mask-edges", "stored")
        alone = self.test_frames(data, "frame-alone", "--mask-edges", "sunnybrook", "--heart", "frame")
        rows = [("against what the experts drew", frames), ("against the masks as stored", stored),
                ("the heart searched in each frame alone", alone)]
        for package in self.a.beside:
            name = os.path.basename(os.path.normpath(package))
            rows.append((name, self.test_frames(data, f"beside-{name}", "--mask-edges", "sunnybrook",
                                                package=os.path.abspath(package))))
        self.card += frame_table(rows)
        self.whole_series(data)
        drawn = self.evaluate("seg_cine_sax", "phantom", "--phantoms", str(self.a.phantoms),
                              "--phantom-seed", str(self.a.phantom_seed))
        self.state("seg_cine_sax", "phantom", self.drawn(),
                   {name: {key: score[key] for key in ("dice_mean", "dice_median", "hd95_mm", "n_frames",
                                                       "n_missed", "n_invented")}
                    for name, score in drawn["phantoms"]["structures"].items()})

    def whole_series(self, data):
        folder = os.path.join(data, "sunnybrook-dicom")
        self.card += ["", "| series | | EDV mL | ESV mL | EF % | mass g |", "|---|---|---|---|---|---|"]
        errors = []
        for name, contours, use in CONTOURED_SERIES:
            series = os.path.join(folder, name)
            if not os.path.isdir(series):
                series = unpacked(series + ".tar.xz", self.a.out, name)
            whole = self.evaluate("seg_cine_sax", f"series-{name}", "--series", series, "--contours",
                                  os.path.join(folder, "contours", contours))
            self.card += series_rows(f"{name} ({use})", whole)
            errors.append(abs(whole["as_shipped"]["error"]["ef_points"]))
            if use == "test":
                self.state("seg_cine_sax", "real", f"whole series {name} (test), errors against its contours",
                           whole["as_shipped"]["error"])
        self.card += ["", f"Mean absolute EF error as shipped: {sum(errors) / len(errors):.2f} points."]

    def classifiers(self, data):
        subprocess.run([sys.executable, "-B", os.path.join(HERE, "label_table.py"), data,
                        os.path.join(self.a.out, "labels")], check=True)
        table = os.path.join(self.a.out, "labels", "test.csv")
        self.card += ["", "| ten patients that nothing was trained on | by | judged | right | 95 % interval | balanced |",
                      "|---|---|---|---|---|---|"]
        for task in ("sequence", "view", "disease"):
            if task not in self.heads:
                continue
            self.card += class_rows(task, self.evaluate(task, "test-patients", "--images", table))

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


def text(value, digits=3):
    return "" if value is None else f"{value:.{digits}f}"


def frame_table(rows):
    lines = ["| test frames | structure | frames | Dice mean | median | 95 % interval over patients | HD95 mm |",
             "|---|---|---|---|---|---|---|"]
    for name, answer in rows:
        for structure, score in answer["structures"].items():
            if not score["n_frames"]:
                continue
            low, high = score["dice_interval95"]
            lines.append(f"| {name} | {structure} | {score['n_frames']} | {text(score['dice_mean'])} | "
                         f"{text(score['dice_median'])} | {text(low)} to {text(high)} | "
                         f"{text(score['hd95_mm'], 1)} |")
        ef = answer["ejection_fraction"]
        lines.append(f"| {name} | ejection fraction | | mean error {text(ef['mean_absolute_error_points'], 1)} | "
                     f"largest {text(ef['max_absolute_error_points'], 1)} | | |")
    return lines


def series_rows(name, whole):
    names = ("edv_ml", "esv_ml", "ef_percent", "mass_g")
    errors = ("edv_ml", "esv_ml", "ef_points", "mass_g")

    def row(which, figures, error=None):
        cells = []
        for key, of in zip(names, errors):
            off = (error or {}).get(of)
            cells.append(text(figures.get(key), 1) + ("" if off is None else f" ({off:+.1f})"))
        return f"| {name} | {which} | " + " | ".join(cells) + " |"

    lines = [row("contours", whole["reference"])]
    for key, words in (("as_shipped", "as shipped"), ("reference_slices", "contoured frames alone")):
        lines.append(row(words, whole[key], whole[key]["error"]))
    flags = ", ".join(sorted({flag["id"] for flag in whole["flags"]})) or "none"
    return lines + [f"| {name} | flags | {flags} | | | |"]


def class_rows(task, answer):
    lines = []
    for by, score in answer["real"].items():
        low, high = score["accuracy_interval95"] or (None, None)
        lines.append(f"| `{task}` | {by} | {score['n']} | {text(score['accuracy'], 2)} | {text(low, 2)} to "
                     f"{text(high, 2)} | {text(score['balanced_accuracy'], 2)} |")
    return lines


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
    m.classifiers(a.data)
    with open(os.path.join(a.out, "card.md"), "w") as file:
        file.write("\n".join(m.card) + "\n")
    with open(os.path.join(a.out, "measured.json"), "w") as file:
        json.dump(m.measured, file, indent=2)
        file.write("\n")
    json.dump(m.measured, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
