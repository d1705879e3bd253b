"""What other people's programs say of everything that the service stored in an archive.

usage: judges.py URL FOLDER-THAT-WAS-SENT FOLDER-FOR-OBJECTS    "-" for URL: objects that were fetched before
Prints Markdown: objects and judges, then whatever a judge said, with the reason why it stands. Ends with 1 when a
judge found an error, or said something for which no reason is known.

  dciodvfy           the attributes of each object against PS3.3, values that the source itself carries excused
  DicomSRValidator   PixelMed's, reports against the templates of PS3.16 row by row
  dsrdump            DCMTK's reader of reports, told to complain rather than to give up (-Ee)
  pydicom            every value read and checked by its representation, every pixel decoded
  dcentvfy           all objects and all images together: what one patient, study or series has to agree about
"""
import glob
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import warnings

import pydicom

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "packaging"))
from check_stored import dciodvfy_errors, plain_pixels, read_sent, values_of  # noqa: E402

OURS = "Orthanc CMR"
REPORT = "1.2.840.10008.5.1.4.1.1.88.33"
PIXELMED = ["java", "-Djdk.xml.xpathExprOpLimit=0", "-Djdk.xml.xpathTotalOpLimit=0", "-Djdk.xml.xpathExprGrpLimit=0",
            "-cp", "/usr/share/java/*", "com.pixelmed.validate.DicomSRValidator"]
SECONDS_FOR_THE_STUDY = 120

# What a judge says and why it stays so: judge, what it says, the reason.
EXPLAINED = [
    ("dciodvfy", r"Unrecognized defined term = <99CMR>|CodingSchemeUID.*Unrecognized defined term = <2\.25\.",
     "codes of our own, where no standard has one, of a scheme that the object declares (PS3.3 C.12.1.1.6)"),
    ("DicomSRValidator", r"Missing conditional content item.*TID_141[01]|TID_141[01].*Missing conditional content item",
     "it does not evaluate the \"exactly one of\" of TID 1410 and 1411, holds groups of TID 1501 against TID 1411 as well, "
     "and names the alternatives that were not chosen"),
    ("dcentvfy", r"Element=<PatientComments> IE=<Patient>",
     "free text about a patient stays where it was written"),
    ("dcentvfy", r"Different information entities for attribute - Element=<AccessionNumber>",
     "its tables file the attribute under one entity for reports and another for other objects; the values agree"),
]


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def wait_for_study_reports(url):
    """The report on the study is a job that comes after those of its series."""
    end = time.monotonic() + SECONDS_FOR_THE_STUDY
    while time.monotonic() < end:
        jobs = json.loads(get(url + "/cmr/jobs?limit=1000"))["jobs"]
        studies = {job["StudyInstanceUID"] for job in jobs if job["scope"] == "series" and job["state"] == "done"}
        reported = {job["StudyInstanceUID"] for job in jobs if job["scope"] == "study" and job["state"] == "done"}
        if studies and studies == reported:
            return
        time.sleep(1)
    sys.exit("there is no report on the study")


def fetch_objects(url, folder):
    """Ours alone; images of others are left where they are."""
    os.makedirs(folder, exist_ok=True)
    for entry in json.loads(get(url + "/instances?expand")):
        tags = json.loads(get(f"{url}/instances/{entry['ID']}/simplified-tags"))
        if tags.get("ManufacturerModelName") == OURS:
            with open(os.path.join(folder, entry["ID"] + ".dcm"), "wb") as out:
                out.write(get(f"{url}/instances/{entry['ID']}/file"))


def objects_in(folder):
    """(title, path, whether it is a report), in the order of their series."""
    found = []
    for path in glob.glob(os.path.join(folder, "*.dcm")):
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        title = f"{dataset.SeriesNumber} {dataset.Modality} {dataset.SeriesDescription}"
        found.append((title, path, str(dataset.SOPClassUID) == REPORT))
    return sorted(found)


def said_by(command):
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return run.returncode, (run.stdout + run.stderr).splitlines()


def ask_dciodvfy(path, source_values):
    lines = [line for line in said_by(["dciodvfy", "-new", path])[1] if line.startswith("Warning")]
    return dciodvfy_errors(path, source_values) + lines


def ask_pixelmed(path, _):
    lines = said_by(PIXELMED + [path])[1]
    missing = [f"Error: it does not say '{words}'" for words in
               ("Found Root Template TID_1500", "Root Template Validation Complete")
               if not any(words in line for line in lines)]
    return missing + [line for line in lines if line.startswith(("Error", "Warning"))]


def ask_dsrdump(path, _):
    code, lines = said_by(["dsrdump", "-Ee", path])
    return [line for line in lines if line.startswith(("W:", "E:", "F:"))] + (
        [f"E: it ended with {code}"] if code else [])


def ask_pydicom(path, _):
    said = []
    pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            dataset = pydicom.dcmread(path)
            count = sum(1 for element in dataset.iterall() if element.value is not None)
            if count == 0:
                said.append("Error: it is empty")
            if "PixelData" in dataset or "FloatPixelData" in dataset:
                is_packed = dataset.file_meta.TransferSyntaxUID.is_compressed
                pixels = plain_pixels(dataset) if is_packed else dataset.pixel_array
                if pixels.size == 0:
                    said.append("Error: it has no pixels")
        except Exception as problem:  # whatever it is, it is what we ask for
            said.append(f"Error: {problem}")
    return said + [f"Warning: {one.message}" for one in caught]


# The slowest last: half a minute of a processor for a report.
JUDGES = {"dciodvfy": ask_dciodvfy, "dsrdump": ask_dsrdump, "pydicom": ask_pydicom, "DicomSRValidator": ask_pixelmed}
OF_REPORTS = ("DicomSRValidator", "dsrdump")


def ask_dcentvfy(folder, objects):
    files = sorted(glob.glob(os.path.join(folder, "**", "*.dcm"), recursive=True)) + [path for _, path, _ in objects]
    return [line for line in said_by(["dcentvfy"] + files)[1] if line.strip()]


def reason_for(judge, line):
    for name, pattern, reason in EXPLAINED:
        if name == judge and re.search(pattern, line):
            return reason
    return None


class Sayings:
    """What was said: one example of what has the same reason, every sentence that has none."""

    def __init__(self):
        self.counts = {}

    def add(self, judge, lines):
        """The table's cell."""
        unexplained = 0
        for line in lines:
            told, reason = re.sub(r" for file .*", "", line), reason_for(judge, line)
            known = self.counts.setdefault((judge, reason or re.sub(r"\d+", "#", told)), [told, reason, 0])
            known[2] += 1
            unexplained += known[1] is None
        if unexplained:
            return f"**{unexplained}**"
        return f"({len(lines)})" if lines else "0"

    def show(self):
        """Whether everything has a reason."""
        print("\n| judge | said | times | why it stays |\n|---|---|---:|---|")
        for (judge, _), (line, reason, count) in sorted(self.counts.items()):
            print(f"| {judge} | `{line.strip()}` | {count} | {reason or '**no reason is known**'} |")
        return all(reason for _, reason, _ in self.counts.values())


def main(url, sent, folder):
    if url != "-":
        wait_for_study_reports(url)
        fetch_objects(url, folder)
    objects = objects_in(folder)
    if not objects:
        sys.exit("nothing of ours is in the archive")
    source_values = values_of(read_sent_below(sent))
    sayings = Sayings()
    cells = {}
    for name, ask in JUDGES.items():
        for title, path, is_report in objects:
            if is_report or name not in OF_REPORTS:
                cells[name, path] = sayings.add(name, ask(path, source_values))
    together = sayings.add("dcentvfy", ask_dcentvfy(sent, objects))
    print("| object | " + " | ".join(JUDGES) + " |\n|---|" + "---:|" * len(JUDGES))
    for title, path, _ in objects:
        print(f"| {title} | " + " | ".join(cells.get((name, path), "") for name in JUDGES) + " |")
    print(f"\ndcentvfy over the {len(objects)} objects and the images: {together}")
    print("\n0: nothing was said. (n): n remarks, each with its reason below. **n**: n without a reason.")
    return 0 if sayings.show() else 1


def read_sent_below(folder):
    images = {}
    for path, _, _ in os.walk(folder):
        images.update(read_sent(path))
    return images


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
