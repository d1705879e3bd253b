"""Validates the rules that ship and the documentation's examples against config/rules.schema.json,
and that mistakes are refused. Ends with 77 (skipped) where python3-jsonschema is missing."""

import json
import pathlib
import re
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

ROOT = pathlib.Path(sys.argv[1])
SCHEMA = json.loads((ROOT / "config/rules.schema.json").read_text())
jsonschema.Draft7Validator.check_schema(SCHEMA)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def examples():
    text = (ROOT / "docs/routing-rules.md").read_text()
    for block in re.findall(r"^```json\n(.*?)^```$", text, re.S | re.M):
        # Comments are allowed in rules and unknown to json.
        yield json.loads(re.sub(r"^\s*//.*$", "", block, flags=re.M))


def rule(**entries):
    return {"schema": 1, "rules": [{"name": "r", "when": [], "skip": "x", **entries}]}


def study(*expects, **entries):
    return {"schema": 1, "rules": [], "study": {"expects": list(expects), "waitMinutes": 9, **entries}}


def clause(**entries):
    return {"schema": 1, "rules": [{"name": "r", "when": [entries], "skip": "x"}]}


BROKEN = [
    {}, {"schema": 2, "rules": []}, {"schema": 1, "rules": [], "comment": 7}, {"schema": 1, "rules": [], "$schema": 9}, {"schema": 1, "rules": [], "rule": []}, rule(tasks=["view"]),
    rule(name=" "), rule(package="x"), rule(priority=1), rule(unknown=1), rule(enabled="yes"), clause(),
    clause(tag="Modality"), clause(tag="a b", equals="x"), clause(tag="Rows", min="1"),
    clause(tag="Rows", min=1, equals="x"), clause(tag="Rows", present="yes"), clause(anyOf=[]),
    clause(tag="Modality", **{"in": []}), clause(orientation="axial"),
    clause(orientation="coronal", within=60), clause(source="AET", equals="x"),
    clause(scheduled="PatientName", equals="x"), clause(scheduled="CodeValue"),
    clause(time={"from": "8:00", "to": "09:00"}),
    {"schema": 1, "rules": [], "otherwise": {"tasks": ["view"], "outputs": ["SR"]}},
    {"schema": 1, "rules": [], "otherwise": {"tasks": ["views"]}},
    {"schema": 1, "rules": [], "otherwise": {"tasks": ["view"], "destinations": "pacs"}},
    {"schema": 1, "rules": [], "otherwise": {"tasks": ["view"], "destinations": [" "]}},
    {"schema": 1, "rules": [], "otherwise": {"tasks": ["view"], "package": "/models/a"}},
    {"schema": 1, "rules": [], "study": {"expects": [{"view": "sax"}]}}, study(),
    study({"view": "sax"}, waitMinutes=-1), study({"view": "sax"}, then="skip"),
    study({"view": "short"}), study({"count": 2}), study({"rule": "r", "view": "sax"}),
    study({"view": "sax", "count": 0}), study("lge"),
]

failed = 0
good = [json.loads((ROOT / "config/default-rules.json").read_text()), *examples()]
for document in good:
    for error in VALIDATOR.iter_errors(document):
        failed += 1
        print("refused:", error.json_path, error.message[:300])
for document in BROKEN:
    if VALIDATOR.is_valid(document):
        failed += 1
        print("accepted:", json.dumps(document))
print(f"{len(good)} documents validate, {len(BROKEN)} broken ones are refused, {failed} failures")
sys.exit(1 if failed or len(good) < 7 else 0)
