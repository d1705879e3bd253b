"""Writes valid inputs for every target into a folder: seeds.py FOLDER. Nothing binary is kept."""

import json
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from dicom_file import image  # noqa: E402


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def frame(kind, payload):
    return b"CMRF" + struct.pack("<IQ", kind, len(payload)) + payload


def strings(*values):
    return struct.pack("<I", len(values)) + b"".join(text(value) for value in values)


def safetensors(header, data):
    encoded = json.dumps(header).encode()
    return struct.pack("<Q", len(encoded)) + encoded + data


def protocol():
    yield frame(1, struct.pack("<I", 2) + text("0.1.0") + text("no network"))
    yield frame(5, struct.pack("<d", 0.5) + text("reading"))
    yield frame(8, text("wrong checksum"))
    yield frame(9, text("job"))
    yield (frame(3, text("job") + strings("seg_cine_sax") + text("2026") + struct.pack("<IQ", 1, 3))
           + frame(4, text("a") + text("abc")))
    yield (frame(6, text("job") + struct.pack("<I", 0) + text("") + text("{}") +
                 struct.pack("<I", 1))
           + frame(7, struct.pack("<I", 0) + text("1.2") + text("1.3") + text("1.4") + text("x") +
                   strings()))


def manifest():
    label = {"name": "lv_cavity", "evidence": "real", "release": "report"}
    yield json.dumps({
        "schemaVersion": 1, "name": "a", "version": "1.0.0", "lowestProgramVersion": "0.1.0",
        "input": {"spacingMm": 1.33, "size": 64,
                  "normalisation": {"lowPercentile": 1, "highPercentile": 99}},
        "heads": {"seg_cine_sax": {"labels": [label]}},
        "knownAnswer": {"tolerance": 0.25, "logits": [1.0]},
        "files": [{"path": "weights.safetensors", "bytes": 1, "sha256": "0" * 64}]}).encode()
    for path in sorted((ROOT / "models").glob("*/manifest.json")):
        yield path.read_bytes()


def answers():
    for value in ({"Changes": [{"ChangeType": "StableSeries", "ID": "a", "Path": "/series/a",
                                "ResourceType": "Series", "Seq": 3}], "Done": True, "Last": 3},
                  ["a", "b"], {"ID": "a", "ParentStudy": "b", "IsStable": True, "Instances": ["c"],
                               "MainDicomTags": {"Modality": "MR", "SeriesInstanceUID": "1.2"}},
                  {"ID": "a", "Status": "Success", "ParentSeries": "b", "ParentStudy": "c"},
                  {"Modality": "MR", "Rows": "8", "ContributingEquipmentSequence": [{}]}):
        yield json.dumps(value).encode()


RULES = ('{"schema": 1, "rules": [{"name": "mr", "when": [{"tag": "Modality", "equals": "MR"}],'
         ' "tasks": ["seg_cine_sax"], "priority": 3}]}')
EXAM = json.dumps({"PatientID": "P1", "PatientName": "Doe^Jane", "AccessionNumber": "A1",
                   "Modality": "MR", "ScheduledProcedureStepStartDate": "20260102"})


def rest():
    for request in ("GET /cmr/status", "GET /cmr/jobs?limit=7&offset=1", "GET /cmr/jobs?state=queued",
                    "GET /cmr/jobs?series=a&cause=crash", "GET /cmr/jobs/JOB",
                    "GET /cmr/jobs/JOB/results", "POST /cmr/jobs/JOB/retry",
                    "POST /cmr/jobs/JOB/cancel", "GET /cmr/queue", "POST /cmr/queue/pause",
                    "POST /cmr/queue/drain", "GET /cmr/package", "GET /cmr/skipped?study=study",
                    'POST /cmr/queue/retry-dead\n{"cause": "crash", "limit": 3}',
                    'POST /cmr/jobs/JOB/priority\n{"priority": "urgent"}', "GET /cmr/metrics",
                    "GET /cmr/studies/study", "GET /cmr/series/a", "GET /cmr/series/a/explain",
                    'POST /cmr/series/b/analyze\n{"priority": 5}',
                    "GET /cmr/deliveries?state=dead&destination=pacs",
                    'POST /cmr/deliveries/retry\n{"destination": "pacs"}',
                    "GET /cmr/rules", "PUT /cmr/rules\n" + RULES, "POST /cmr/rules/reload",
                    "POST /cmr/series/a/explain\n" + RULES, "POST /cmr/worklist\n" + EXAM,
                    "GET /cmr/worklist", "DELETE /cmr/worklist/a", "GET /cmr/app/index.html",
                    'POST /cmr/rules/check\n{"schema": 1, "rules": []}'):
        yield request.encode()


def seeds():
    dicom = [image("1.2", "1.2.3", number, 8 * number, 40 * number) for number in (1, 2)]
    return {
        "safetensors": [safetensors({}, b""),
                        safetensors({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                                     "__metadata__": {"b": "c"}}, bytes(8))],
        "manifest": list(manifest()),
        "rules": [(ROOT / "config" / "default-rules.json").read_bytes()],
        "settings": [b'{"CMR": {"Package": "/p", "Threads": 2, "Superseded": "keep"}}'],
        "worker_protocol": list(protocol()),
        "archive_answers": list(answers()),
        "rest": list(rest()),
        "series": dicom,
        "own_output": dicom,
    }


def main(folder):
    for target, inputs in seeds().items():
        place = pathlib.Path(folder) / target
        place.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(inputs):
            (place / f"seed{number}").write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1])
