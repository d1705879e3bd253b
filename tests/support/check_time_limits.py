"""Ends with 1 and their names when tests of a build folder have no time limit of their own.

A test that hangs would otherwise hold everything for CTest's default of 25 minutes; and a property
list in CMake that slips by one place drops the limit without a word.
Usage: check_time_limits.py CTEST BUILD_FOLDER
"""
import json
import subprocess
import sys

LONGEST_S = 1200


def time_limit(test):
    values = [p["value"] for p in test.get("properties", []) if p["name"] == "TIMEOUT"]
    return values[0] if values else None


def main():
    ctest, folder = sys.argv[1:]
    listed = subprocess.run([ctest, "--test-dir", folder, "--show-only=json-v1"], check=True,
                            capture_output=True, text=True).stdout
    tests = json.loads(listed)["tests"]
    without = [t["name"] for t in tests if not (time_limit(t) or 0) > 0]
    too_long = [t["name"] for t in tests if (time_limit(t) or 0) > LONGEST_S]
    print(f"{len(tests)} tests, {len(without)} without a time limit")
    for name in without:
        print("no time limit:", name)
    for name in too_long:
        print(f"time limit above {LONGEST_S} s:", name)
    return 1 if without or too_long or not tests else 0


sys.exit(main())
