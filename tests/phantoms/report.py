"""What became of drawn studies in an archive, beside the truth; Python's standard library only.

usage: report.py URL FOLDER    FOLDER holds VENDOR/truth.json of `cmr phantom study`
Prints Markdown; ends with 1 when a series came to another head than its kind.
"""
import json
import os
import sys
import urllib.request

# By the truth's sequence, view and kind: the task, or None where no head is for it.
TASKS = {("cine", "SAX"): "seg_cine_sax", ("cine", "2CH"): "seg_cine_lax", ("cine", "4CH"): "seg_cine_lax",
         ("LGE", "SAX"): "seg_lge_sax", ("T1 map", "SAX"): "seg_map_sax", ("T2 map", "SAX"): "seg_map_sax"}
# Measurement, truth's name, and the task whose number it is.
NUMBERS = [("lv.edv", "lvEdvMl", "mL"), ("lv.esv", "lvEsvMl", "mL"), ("lv.ef", "lvEjectionFractionPercent", "%"),
           ("lv.mass", "lvMassG", "g"), ("lge.mass.fwhm", "scarMassG", "g"), ("lge.mass.5sd", "scarMassG", "g"),
           ("t1.global", "t1Ms", "ms"), ("t2.global", "t2Ms", "ms")]


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.loads(answer.read())


def expected(series):
    # T1 is fitted to inversion images where a series of them is all there is to read.
    if series["kind"] == "molli":
        return "seg_map_sax"
    return TASKS.get((series["sequence"], series["view"]))


def job_of(url, uid, jobs):
    for job in jobs:
        if uid in job["SeriesInstanceUIDs"] and job["scope"] == "series" and not job["supersededBy"]:
            return job, get(f"{url}/cmr/jobs/{job['id']}/results")
    return None, None


def main(url, folder):
    jobs = get(url + "/cmr/jobs?limit=1000")["jobs"]
    skipped = {one["SeriesInstanceUID"]: one["reason"] for one in get(url + "/cmr/skipped")["skipped"]}
    wrong = 0
    for vendor in ("siemens", "ge", "philips"):
        with open(os.path.join(folder, vendor, "truth.json")) as file:
            truth = json.load(file)
        print(f"\n### {vendor}, {truth['condition']}, seed {truth['seed']}\n")
        print("| series | is | went to | |\n|---|---|---|---|")
        numbers = []
        for series in truth["series"]:
            uid = series["SeriesInstanceUID"]
            job, results = job_of(url, uid, jobs)
            done = job is not None and job["state"] == "done"
            task = results["task"] if done else None
            why = job["reason"] if job and not done else skipped.get(uid, "")
            verdict = "" if task == expected(series) else "WRONG"
            wrong += bool(verdict)
            print(f"| {series['SeriesDescription']} | {series['sequence']}, {series['view']} | "
                  f"{task or 'none: ' + why} | {verdict} |")
            if done:
                numbers += [(series, one) for one in results["measurements"]]
        print("\n| number | series | measured | truth | |\n|---|---|---:|---:|---|")
        known = dict(truth["heart"], **truth["heart"]["tissues"]["myocardium"])
        for name, key, unit in NUMBERS:
            for series, one in numbers:
                if one["id"] != name:
                    continue
                value = "withheld" if one["value"] is None else f"{one['value']:.1f}"
                print(f"| {name}, {unit} | {series['SeriesDescription']} | {value} | {known[key]:.1f} | {one['quality']} |")
    print(f"\n{wrong} series came to another head than their kind.")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
