"""Verifies what the service stored beside a series: one SEG, one SR, two SC (the result
pages), one cine of contours and one PDF in its study.

usage: check_stored.py URL FOLDER-OF-THE-SERIES-THAT-WAS-SENT
Prints one line per object, one per fault, and ends with 1 when there was a fault.

dciodvfy's errors count, except those that quote a value which stands in the source itself, invalid
already there: identifiers have to be repeated byte for byte.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

import pydicom

KINDS = {
    "1.2.840.10008.5.1.4.1.1.66.4": "SEG",
    "1.2.840.10008.5.1.4.1.1.88.33": "SR",
    "1.2.840.10008.5.1.4.1.1.7": "SC",
    "1.2.840.10008.5.1.4.1.1.7.4": "CINE",
    "1.2.840.10008.5.1.4.1.1.104.1": "PDF",
}
EXPECTED = {"SC": (2,), "SR": (1, 2)}  # of the others there is one; one SR may be of the study
QUOTED = re.compile(r"Value invalid for this VR .*? = <([^>]*)>")
SUMMARY = "Dicom dataset contains invalid data values for Value Representations"


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def read_sent(folder):
    images = {}
    for name in sorted(os.listdir(folder)):
        if name.endswith(".dcm"):
            image = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            images[str(image.SOPInstanceUID)] = image
    return images


def values_of(images):
    values = set()
    for image in images.values():
        for element in image.iterall():
            if element.VR != "SQ":
                values.update(str(element.value).split("\\"))
    return values


def dciodvfy_errors(path, source_values):
    said = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True,
                          errors="replace")
    text = said.stdout + said.stderr
    if not text.strip():
        return ["dciodvfy said nothing"]
    errors, excused = [], 0
    summaries = []
    for line in text.splitlines():
        if not line.startswith("Error"):
            continue
        quoted = QUOTED.search(line)
        if quoted and quoted.group(1) in source_values:
            excused += 1
        elif SUMMARY in line:
            summaries.append(line)
        else:
            errors.append(line)
    return errors + ([] if excused else summaries)


def seg_faults(seg, sent):
    faults = []
    pixels = seg.pixel_array
    frames = seg.PerFrameFunctionalGroupsSequence
    if not len(frames) == seg.NumberOfFrames == (1 if pixels.ndim == 2 else pixels.shape[0]):
        faults.append("the numbers of frames differ")
    if not pixels.any():
        faults.append("no pixel is labelled")
    for number, frame in enumerate(frames, 1):
        images = [image for derivation in frame.DerivationImageSequence
                  for image in derivation.SourceImageSequence]
        if len(images) != 1:
            faults.append(f"frame {number} has {len(images)} source images")
        elif str(images[0].ReferencedSOPInstanceUID) not in sent:
            faults.append(f"the source image of frame {number} does not exist")
        else:
            source = sent[str(images[0].ReferencedSOPInstanceUID)]
            if (seg.Rows, seg.Columns) != (source.Rows, source.Columns):
                faults.append(f"frame {number} has another size than its source image")
    return faults


def numbers_in(content):
    count = 0
    for item in content:
        count += item.ValueType == "NUM"
        count += numbers_in(item.get("ContentSequence", []))
    return count


def sr_faults(report, sent):
    faults = []
    if numbers_in(report.ContentSequence) == 0:
        faults.append("the report holds no number")
    cited = {str(sop.ReferencedSOPInstanceUID)
             for study in report.CurrentRequestedProcedureEvidenceSequence
             for series in study.ReferencedSeriesSequence for sop in series.ReferencedSOPSequence}
    if not cited & set(sent):
        faults.append("the report cites none of the images")
    return faults


def plain_pixels(captured):
    with tempfile.TemporaryDirectory() as scratch:
        packed, plain = os.path.join(scratch, "packed.dcm"), os.path.join(scratch, "plain.dcm")
        captured.save_as(packed)
        subprocess.run(["dcmdjpls", packed, plain], check=True)  # pydicom alone reads no JPEG-LS
        return pydicom.dcmread(plain).pixel_array


def sc_faults(page, _):
    pixels = plain_pixels(page)
    flat = pixels.min() == pixels.max()
    return ["the page is blank"] if flat or pixels.shape[2:] != (3,) else []


def cine_faults(cine, sent):
    frames = plain_pixels(cine)
    faults = []
    if frames.ndim != 4 or frames.shape[3] != 3 or len(frames) != cine.NumberOfFrames:
        faults.append(f"frames of shape {frames.shape}")
    elif any((one == other).all() for one, other in zip(frames, frames[1:])):
        faults.append("two frames are the same")
    if not 1 < float(cine.get("FrameTime", 0)) < 1000:
        faults.append("no pace of a heart")
    shown = {str(image.ReferencedSOPInstanceUID) for image in cine.SourceImageSequence}
    if not shown or not shown <= set(sent):
        faults.append("it refers to other images than those sent")
    return faults


def pdf_faults(document, _):
    whole = bytes(document.EncapsulatedDocument[:document.EncapsulatedDocumentLength])
    text = subprocess.run(["pdftotext", "-", "-"], input=whole, capture_output=True, check=False)
    missing = [words for words in ("Research use, not for diagnosis", "end-diastolic volume")
               if words not in text.stdout.decode()]
    return [f"the document does not say '{words}'" for words in missing]


CHECKS = {"SEG": seg_faults, "SR": sr_faults, "SC": sc_faults, "CINE": cine_faults, "PDF": pdf_faults}


def main():
    url, folder = sys.argv[1:]
    sent = read_sent(folder)
    source_values = values_of(sent)
    studies = json.loads(fetch(url + "/studies"))
    faults = [] if len(studies) == 1 else [f"{len(studies)} studies instead of one"]
    found, archived = dict.fromkeys(CHECKS, 0), set()
    with tempfile.TemporaryDirectory() as scratch:
        for study in studies:
            for entry in json.loads(fetch(f"{url}/studies/{study}/instances")):
                path = os.path.join(scratch, "object.dcm")
                with open(path, "wb") as out:
                    out.write(fetch(f"{url}/instances/{entry['ID']}/file"))
                dataset = pydicom.dcmread(path)
                kind = KINDS.get(str(dataset.SOPClassUID))
                if kind is None:
                    archived.add(str(dataset.SOPInstanceUID))
                    continue
                found[kind] += 1
                own = CHECKS[kind](dataset, sent) + dciodvfy_errors(path, source_values)
                print(f"  {kind:<5}{dataset.SOPInstanceUID}: {len(own)} faults")
                faults += [f"{kind}: {fault}" for fault in own]
    faults += [f"{count} {kind} objects instead of {EXPECTED.get(kind, (1,))[0]}"
               for kind, count in found.items() if count not in EXPECTED.get(kind, (1,))]
    if archived != set(sent):
        faults.append(f"the archive holds {len(archived & set(sent))} of {len(sent)} images sent "
                      f"and {len(archived - set(sent))} others")
    for fault in faults:
        print("FAULT", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
