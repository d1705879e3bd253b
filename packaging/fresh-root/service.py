"""What packaging/check-packages.sh asks of the archive; Python's standard library only.

  service.py state URL WANTED            waits for a state of the service; prints state and reason
  service.py status URL                  the state and its reason now
  service.py jobs URL                    one line per job: id, state, number of objects
  service.py send URL METHOD PATH        a request without a body; prints the answer's first line
  service.py instances URL               how many instances the archive holds
  service.py follow URL SECONDS          shows jobs until none is open; 0 when all are done
  service.py reported URL                waits until the report on the study is stored as well
  service.py says URL TEXT [STATUS]      0 when the answer has this status (200) and holds the text
  service.py newer-schema DATABASE       marks a queue as used by a program of a later schema

ORTHANC_USER in the environment ("name:password") is who asks.
"""
import base64
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import demo_tool  # pylint: disable=wrong-import-position

SECONDS_TO_WAIT = 90


def ask(url, method="GET", data=None):
    request = urllib.request.Request(url, method=method, data=data)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def status(url):
    try:
        found = ask(url + "/cmr/status")
        return found["state"], found["reason"]
    except urllib.error.HTTPError as error:
        return f"without the plugin ({error.code})", ""
    except (OSError, ValueError):
        return "no answer", ""


def say(state, reason):
    print(f"  /cmr/status: {state}" + (f": {reason}" if reason else ""))


def wait_for_state(url, wanted):
    end = time.monotonic() + SECONDS_TO_WAIT
    state, reason = status(url)
    while state != wanted and time.monotonic() < end:
        time.sleep(0.2)
        state, reason = status(url)
    say(state, reason)
    if state != wanted:
        sys.exit(f"the service is '{state}' and not '{wanted}'")


def jobs(url):
    for job in ask(url + "/cmr/jobs")["jobs"]:
        print(f"  job {job['id']}: {job['state']}, {len(job['outputs'])} objects")


def reported(url):
    """It is a job of its own, which begins when the series of the study have ended."""
    end = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < end:
        found = ask(url + "/cmr/jobs")["jobs"]
        if any(job["scope"] == "study" for job in found) and all(job["state"] == "done" for job in found):
            print("  the report on the study is stored")
            return
        time.sleep(0.5)
    sys.exit(f"no report on the study within {SECONDS_TO_WAIT} s")


def send(url, method, path):
    answer = ask(url + path, method, b"")
    print(f"  {method} {path}: {json.dumps(answer)[:100]}")


def says(url, text, status="200"):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            found, body = answer.status, answer.read() + str(answer.headers).encode()
    except urllib.error.HTTPError as error:
        found, body = error.code, error.read()
    print(f"{found}: {body[:300]}")
    return 0 if str(found) == status and text.encode() in body else 1


def newer_schema(database):
    connection = sqlite3.connect(database)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.commit()
    connection.close()
    print(f"  schema {version} is called {version + 1} now")


COMMANDS = {
    "state": wait_for_state,
    "status": lambda url: say(*status(url)),
    "jobs": jobs,
    "send": send,
    "instances": lambda url: print(len(ask(url + "/instances"))),
    "follow": demo_tool.follow,
    "reported": reported,
    "says": says,
    "newer-schema": newer_schema,
}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    if os.environ.get("ORTHANC_USER"):
        opener = urllib.request.build_opener()
        basic = base64.b64encode(os.environ["ORTHANC_USER"].encode()).decode()
        opener.addheaders = [("Authorization", "Basic " + basic)]
        urllib.request.install_opener(opener)
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
