#!/usr/bin/env python3
"""Tables of labelled images for the heads `sequence`, `view` and `disease`, of the development data.

    models/label_table.py DATA OUT

DATA is the folder of real images that docs/training.md describes. OUT gets what is packed there, and
`labels.csv` (what heads may learn from) and `test.csv` (patients of the `test` frames, for a last look) for
`cmr finetune --images` and `cmr evaluate --images`. Paths are relative to OUT, where `data` links to DATA.

What is labelled:
- `sequence`, `view`: eight frames of each patient, and the series; of the pig's long-axis stack each slice by what it
  can be, as nobody drew its landmarks ("3ch|aorta": one of these two).
- `disease`: all frames, by the pathology of the patient. Heart failure without infarct stands for `dilated`. Nobody
  with an abnormal right ventricle is among them.
- `spacing_mm`: PNG frames carry none; theirs are 1.29 to 1.37 mm, 1.33 is taken.
"""
import csv
import os
import re
import sys
import tarfile

FRAMES_OF_PATIENT = 8
SPACING_MM = "1.33"
DISEASE = {
    "Normal": "normal",
    "Hypertrophy": "hypertrophic",
    "Heart failure with infarct": "infarct",
    "Heart failure without infarct": "dilated",
}
PACKED = {  # archive: the folder that it holds
    "sunnybrook-dicom/SCD0000501.tar.xz": "SCD0000501",
    "pig-cine/E774S6-longAxis.tar.xz": "E774S6-longAxis",
    "siemens-t1-lge/ssfp/multicontrast_imgs.tar.xz": "multicontrast_imgs",
}
# Of the pig's long-axis stack, by slice of 20 phases.
LONG_AXIS_VIEWS = (["aorta|other"] * 2 + ["4ch"] * 4 + ["3ch|aorta"] * 3 + ["3ch|4ch"] * 2 +
                   ["2ch|4ch|other"] * 3)
PHASES_OF_SLICE = 20
LABELLED_PHASES = (1, 15)
# path, subject, series, sequence, view
SERIES = [
    ("data/sunnybrook-dicom/SCD0000101", "SC-HF-I-01", "SCD0000101 SAX cine", "cine", "sax"),
    ("SCD0000501", "SC-HF-I-06", "SCD0000501 SAX cine", "cine", "sax"),
    ("data/sunnybrook-dicom/SCD0003701-partial", "SC-N-02", "SCD0003701 SAX cine (10 images)", "cine", "sax"),
    ("data/pig-cine/E774S5-shortAxis", "pig GE", "pig SAX cine", "cine", "sax"),
    ("data/siemens-t1-lge/lge", "pig Siemens", "Siemens PSIR LGE", "lge", "sax"),
    ("data/siemens-t1-lge/ssfp/T1map_imgs", "pig Siemens", "Siemens T1 map", "t1_map", "sax"),
    ("multicontrast_imgs", "pig Siemens", "Siemens MOLLI sources", "other", "sax"),
    ("data/scouts/Patients/SCD0000101/Localizers_1", "SC-HF-I-01", "SCD0000101 scouts", "other", "other"),
    ("data/scouts/Patients/SCD0000901/Localizers_1", "SCD0000901", "SCD0000901 scouts", "other", "other"),
    ("data/scouts/Patients/SCD0002001/Localizers_1", "SCD0002001", "SCD0002001 scouts", "other", "other"),
]


def unpack(data, out):
    for archive, folder in PACKED.items():
        if os.path.isdir(os.path.join(out, folder)):
            continue
        with tarfile.open(os.path.join(data, archive)) as packed:
            packed.extractall(out)


def patient_of(name):
    return re.match(r"(.*)-IM-", name).group(1)


def diseases(data):
    """By patient as the frames' names have it: SC-HF-I-1 of the table is SC-HF-I-01 there."""
    found = {}
    with open(os.path.join(data, "scouts/scd_patientdata.csv"), encoding="utf-8-sig") as table:
        for line in csv.DictReader(table):
            kind, number = line["OriginalID"].rsplit("-", 1)
            found[f"{kind}-{int(number):02d}"] = DISEASE[line["Pathology"]]
    return found


def frames(data, split):
    folder = os.path.join(data, "sunnybrook-frames", split, "images")
    by_patient = {}
    for name in sorted(os.listdir(folder)):
        by_patient.setdefault(patient_of(name), []).append(name)
    return by_patient


def frame_rows(data, split):
    disease = diseases(data)
    for patient, names in sorted(frames(data, split).items()):
        few = {names[i * len(names) // FRAMES_OF_PATIENT] for i in range(FRAMES_OF_PATIENT)}
        for name in names:
            sorted_as = ("cine", "sax") if name in few else ("", "")
            yield (f"data/sunnybrook-frames/{split}/images/{name}", patient, f"{patient} frames", *sorted_as,
                   disease[patient], SPACING_MM)


def long_axis_rows():
    for slice_, view in enumerate(LONG_AXIS_VIEWS):
        for phase in LABELLED_PHASES:
            name = f"E774S6-longAxis/I{slice_ * PHASES_OF_SLICE + phase:04d}.dcm"
            yield (name, "pig GE", "pig LAX cine", "cine", view, "", "")


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("path", "subject", "series", "sequence", "view", "disease", "spacing_mm"))
        table.writerows(rows)


def main(data, out):
    os.makedirs(out, exist_ok=True)
    link = os.path.join(out, "data")
    if not os.path.lexists(link):
        os.symlink(os.path.abspath(data), link)
    unpack(data, out)
    series = [row + ("", "") for row in SERIES]
    write(os.path.join(out, "labels.csv"),
          [*frame_rows(data, "train"), *series[:4], *long_axis_rows(), *series[4:]])
    write(os.path.join(out, "test.csv"), frame_rows(data, "test"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
