"""What packaging/demo.sh needs besides the shell; Python's standard library only.

  demo_tool.py configure FOLDER BUILD PACKAGE   writes FOLDER/orthanc.json and FOLDER/ports
  demo_tool.py wait-up URL PID                  until the archive answers and the service runs
  demo_tool.py follow URL SECONDS               shows jobs until none is open; 0 when all are done
  demo_tool.py table URL                        the measurements of the finished job
  demo_tool.py addresses URL                    what to open in a browser
"""
import glob
import json
import os
import socket
import sys
import textwrap
import time
import urllib.error
import urllib.request

SECONDS_TO_START = 60
SECONDS_UNTIL_A_JOB = 90
STABLE_AGE_S = 3
FINAL = {"done", "notAnalysable", "dead", "cancelled"}
SENDER = "CMRSENDER"


def get(url, path):
    with urllib.request.urlopen(url + path, timeout=30) as answer:
        return json.loads(answer.read())


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def dicomweb_plugin():
    found = sorted(glob.glob("/usr/lib/orthanc/libOrthancDicomWeb.so*") +
                   glob.glob("/usr/share/orthanc/plugins/libOrthancDicomWeb.so*"))
    if not found:
        sys.exit("Orthanc's DICOMweb plugin is not installed (package orthanc-dicomweb)")
    return os.path.realpath(found[0])


def configure(folder, build, package):
    http, dicom, sender = free_ports(3)
    configuration = {
        "Name": "Orthanc CMR demo",
        "StorageDirectory": os.path.join(folder, "storage"),
        "IndexDirectory": os.path.join(folder, "storage"),
        "Plugins": [os.path.join(build, "libOrthancCMR.so"), dicomweb_plugin()],
        "HttpPort": http,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAet": "CMRDEMO",
        "DicomPort": dicom,
        # The DICOM port cannot be bound to one address: others are refused by name and address.
        "DicomCheckCalledAet": True,
        "DicomCheckModalityHost": True,
        "DicomAlwaysAllowEcho": False,
        "DicomAlwaysAllowStore": False,
        "DicomModalities": {"sender": [SENDER, "127.0.0.1", sender]},
        "StableAge": STABLE_AGE_S,
        "DicomWeb": {"Enable": True, "StudiesMetadata": "Full", "SeriesMetadata": "Full"},
        "CMR": {
            "Enable": True,
            "Package": package,
            "WorkerExecutable": os.path.join(build, "cmr"),
            "Database": os.path.join(folder, "database"),
        },
    }
    # More settings of the section, for those who look at the pages (tests/viewer/pages.sh).
    if os.environ.get("CMR_DEMO_SETTINGS"):
        with open(os.environ["CMR_DEMO_SETTINGS"]) as more:
            configuration["CMR"].update(json.load(more))
    for name in ("storage", "database"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    with open(os.path.join(folder, "orthanc.json"), "w") as out:
        json.dump(configuration, out, indent=2)
    with open(os.path.join(folder, "ports"), "w") as out:
        out.write(f"{http} {dicom}\n")


def alive(pid):
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def wait_up(url, pid):
    end = time.monotonic() + SECONDS_TO_START
    status = {"reason": "the archive does not answer"}
    while time.monotonic() < end:
        if not alive(int(pid)):
            sys.exit("Orthanc ended while it was starting")
        try:
            status = get(url, "/cmr/status")
            if status["state"] == "running":
                print(f"{status['program']} {status['version']} is running")
                return
            if status["state"] in ("disabled", "misconfigured"):
                break
        except urllib.error.HTTPError as error:
            sys.exit(f"Orthanc runs without our plugin: /cmr/status answers {error.code}")
        except (OSError, ValueError):
            pass
        time.sleep(0.2)
    sys.exit(f"the service does not run: {status.get('state', '')} {status.get('reason', '')}")


def describe(job):
    text = f"{job['state']:<8} {100 * job['progress']:3.0f} %  {job['stage']}"
    return text + (f"  ({job['reason']})" if job["reason"] else "")


def show(job, last):
    text = describe(job)
    if sys.stdout.isatty():
        print("\r\033[K  " + text, end="", flush=True)
    elif text.split("%")[0][:-2] != last.split("%")[0][:-2] or (
            job["state"] in FINAL and text != last):
        print("  " + text, flush=True)  # a line for every ten per cent
    return text


def explain_silence(url):
    print(json.dumps(get(url, "/cmr/status"), indent=2))
    for series in get(url, "/series"):
        print(json.dumps(get(url, f"/cmr/series/{series}"), indent=2))
    sys.exit(f"no job appeared within {SECONDS_UNTIL_A_JOB} s")


def is_fine(job):
    # A job is superseded when more of its series arrived: it took the sender longer than StableAge.
    if job["state"] == "done" or job["supersededBy"]:
        return True
    # Series that no head fits are expected (tests/phantoms/run.sh).
    return job["state"] == "notAnalysable" and os.environ.get("CMR_DEMO_UNANALYSED") == "fine"


def follow(url, seconds):
    start = time.monotonic()
    last = {}
    while time.monotonic() - start < float(seconds):
        jobs = get(url, "/cmr/jobs")["jobs"]
        if not jobs and time.monotonic() - start > SECONDS_UNTIL_A_JOB:
            explain_silence(url)
        for job in jobs:
            last[job["id"]] = show(job, last.get(job["id"], ""))
        if jobs and all(job["state"] in FINAL for job in jobs):
            if sys.stdout.isatty():
                print()
            sys.exit(0 if all(is_fine(job) for job in jobs) else 1)
        time.sleep(0.5)
    sys.exit(f"not finished after {seconds} s")


def finished_job(url):
    for job in get(url, "/cmr/jobs")["jobs"]:
        if job["state"] == "done" and job["scope"] == "series":
            return job
    sys.exit("no job is done")


def unit_of(measurement):
    return measurement["unit"]["value"].replace("{", "").replace("}", "")  # UCUM's remarks


def line_of(measurement, reasons):
    """A line of the table; the reason for a doubt is added to `reasons` and cited by its number."""
    value = measurement["value"]
    text = "not measured" if value is None else f"{value:.1f}"
    line = f"  {measurement['label']:<34} {text:>12} {unit_of(measurement):<10}"
    if measurement["quality"] != "good":
        if measurement["reason"] not in reasons:
            reasons.append(measurement["reason"])
        line += f" {measurement['quality']} ({reasons.index(measurement['reason']) + 1})"
    return line.rstrip()


def table(url):
    results = get(url, f"/cmr/jobs/{finished_job(url)['id']}/results")
    # What only phantoms taught stays in results.json.
    reported = [m for m in results["measurements"] if m["reported"]]
    if not reported:
        sys.exit("the results hold no measurement that may be reported")
    reasons = []
    for measurement in reported:
        print(line_of(measurement, reasons))
    print()
    for number, reason in enumerate(reasons, 1):
        print(textwrap.fill(reason, 100, initial_indent=f"  ({number}) ", subsequent_indent="      "))
    for flag in results["flags"]:
        if flag["text"] not in reasons:
            print(f"  [{flag['severity']}] {flag['text']}")
    print("  Research use, not for diagnosis.")


def addresses(url):
    study = get(url, "/studies")[0]
    print(f"  study:       {url}/app/explorer.html#study?uuid={study}")
    for instance in get(url, f"/studies/{study}/instances"):
        tags = get(url, f"/instances/{instance['ID']}/simplified-tags")
        if tags.get("MIMETypeOfEncapsulatedDocument"):
            print(f"  as a PDF:    {url}/instances/{instance['ID']}/pdf")
        elif tags.get("ConversionType"):
            print(f"  pictures:    {url}/instances/{instance['ID']}/preview")
    print(f"  our pages:   {url}/cmr/app/")
    print(f"  jobs:        {url}/cmr/jobs")
    print(f"  DICOMweb:    {url}/dicom-web/")


COMMANDS = {"configure": configure, "wait-up": wait_up, "follow": follow, "table": table,
            "addresses": addresses}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
