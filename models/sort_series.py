#!/usr/bin/env python3
"""What `cmr analyze` takes each series of a folder for, and what it does with it, as a table.

    models/sort_series.py DATA OUT [--cmr PROGRAM] [--package PACKAGE] [--threads 1] [--table FILE.md]
                          [--report-experimental TASKS] [--keep]

DATA holds folders of DICOM files, at any depth, also packed as .tar.xz; each folder is analysed as one job, into a
folder below OUT. The table, a line for each stack that was read, goes to the standard output, or to FILE.md. What OUT
holds already is taken from there with --keep.
"""
import argparse
import json
import os
import subprocess
import sys
import tarfile


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--cmr", default="cmr", help="the program")
    parser.add_argument("--package", help="model package (else the starter)")
    parser.add_argument("--threads", default="1")
    parser.add_argument("--report-experimental", help="as of cmr analyze")
    parser.add_argument("--keep", action="store_true", help="analyse nothing again")
    parser.add_argument("--table", help="file for the table")
    return parser.parse_args()


def is_dicom(path):
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"


def series_folders(root):
    """Folders that hold DICOM files themselves."""
    for folder, below, names in os.walk(root):
        below.sort()
        if any(is_dicom(os.path.join(folder, name)) for name in names):
            yield folder


def unpacked(data, out):
    """Folders with what lies packed in the data, each unpacked once."""
    for folder, below, names in os.walk(data):
        below.sort()
        for name in sorted(names):
            if not name.endswith(".tar.xz"):
                continue
            target = os.path.join(out, "unpacked", name[:-len(".tar.xz")])
            if not os.path.isdir(target):
                with tarfile.open(os.path.join(folder, name)) as tar:
                    tar.extractall(target)
            yield target


def analyse(a, folder, name):
    output = os.path.join(a.out, "results", name)
    command = [a.cmr, "analyze", folder, "-o", output, "--overwrite", "--threads", a.threads]
    if a.package:
        command += ["--package", a.package]
    if a.report_experimental:
        command += ["--report-experimental", a.report_experimental]
    results = os.path.join(output, "results.json")
    if not (a.keep and os.path.exists(results)):
        print(" ".join(command), file=sys.stderr, flush=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not os.path.exists(results):
            sys.exit(f"{folder}: {done.stderr or done.stdout}")
    with open(results, encoding="utf-8") as file:
        return json.load(file)


def answer(look, task):
    if task not in look:
        return "no head"
    said = look[task]
    return f"{said['takenFor']} {said['probability']:.2f}" + ("" if said["isCertain"] else "?")


def header(look, task):
    return (look[task]["header"] if task in look else None) or "-"


def together(look, task):
    said = look.get(task, {})
    if said.get("decidedBy") == "pictures":
        return "pictures decide"
    return said.get("agreement", "-")


def likeness(look):
    if "likeness" not in look:
        return "-"
    told = look["likeness"]
    return f"{told['distance']:.2f}" + (" **unlike**" if told["isUnlikeTraining"] else "")


MEASURED = (("lv.edv", "EDV"), ("lv.esv", "ESV"), ("lv.ef", "EF"), ("lv.mass", "mass"), ("lge.percent.5sd", "LGE"),
            ("t1.global", "T1"), ("t1post.global", "T1 after contrast"))


def value(results, ident, name):
    for one in results.get("measurements", []):
        if one["id"] == ident and one["value"] is not None:
            return f"{name} {one['value']:.0f} {one['unit']['value']}"
    return None


def refusal(results):
    reasons = sorted({verdict["id"] for verdict in results["verdicts"]})
    if results["task"] != "seg_cine_sax" or not reasons:
        return "not analysed: " + results["reason"].split(" (")[0]
    return "not analysed: " + ", ".join(reasons)


def done_with(results, look):
    if results["outcome"] != "analysed":
        return refusal(results)
    if not look["isAnalysed"]:
        return "left out, another stack of the folder was analysed"
    numbers = [text for text in (value(results, *one) for one in MEASURED) if text]
    flags = sorted({flag["id"] for flag in results.get("flags", []) if flag["severity"] != "note"})
    text = results["task"] + (": " + ", ".join(numbers) if numbers else "")
    return text + ("; warned: " + ", ".join(flags) if flags else "")


def rows(results, name):
    for look in results["firstLooks"]:
        yield [name, f"{look['slices']} x {look['phases']}", header(look, "sequence") + ", " + header(look, "view"),
               answer(look, "sequence"), answer(look, "view"),
               together(look, "sequence") + ", " + together(look, "view"), likeness(look), done_with(results, look)]
    if not results["firstLooks"]:
        yield [name, "-", "-", "-", "-", "-", "-", refusal(results)]


def main():
    a = arguments()
    roots = [a.data, *unpacked(a.data, a.out)]
    lines = [["series", "slices x phases", "header: sequence, view", "pictures: sequence", "view",
              "together: sequence, view", "distance", "what was done"]]
    lines.append(["---"] * len(lines[0]))
    for root in roots:
        for folder in series_folders(root):
            name = os.path.relpath(folder, root)
            name = os.path.basename(root) if name == "." else name
            results = analyse(a, folder, name.replace(os.sep, "_"))
            lines += rows(results, name)
    text = "".join("| " + " | ".join(line).replace("\n", " ") + " |\n" for line in lines)
    if a.table:
        with open(a.table, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
