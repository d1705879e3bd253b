"""A real Orthanc with the plugin: ports, storage and job store of its own, on loopback only."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ORTHANC = os.environ.get("CMR_ORTHANC", "/usr/sbin/Orthanc")
PLUGIN = os.environ["CMR_PLUGIN"]
ARCHIVE_WORKER = os.environ["CMR_ARCHIVE_WORKER"]
DEADLINE_S = float(os.environ.get("CMR_TEST_DEADLINE_S", "60"))


def is_free(port):
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count):
    """Different ports that nobody listens on now. Not of those that the system hands out (on Linux from
    32768 on): a server that is started anew would find its own taken by somebody's connection."""
    ports = []
    while len(ports) < count:
        port = random.randrange(10000, 32768)
        if port not in ports and is_free(port):
            ports.append(port)
    return ports


def install_package(folder, version):
    """A package that is whole, without a network: the scripted worker reads its hash only."""
    folder.mkdir(exist_ok=True)
    weights = f"weights of {version}".encode()
    (folder / "weights.safetensors").write_bytes(weights)
    labels = [{"name": name, "evidence": "real", "release": "report"}
              for name in ("lv_cavity", "lv_myocardium", "rv_cavity")]
    manifest = {
        "schemaVersion": 1, "name": "scripted", "version": version, "lowestProgramVersion": "0.1.0",
        "input": {"spacingMm": 1.33, "size": 64,
                  "normalisation": {"lowPercentile": 1, "highPercentile": 99}},
        "heads": {"seg_cine_sax": {"labels": labels}},
        "knownAnswer": {"tolerance": 0.25, "logits": [1.0]},
        "files": [{"path": "weights.safetensors", "bytes": len(weights),
                   "sha256": hashlib.sha256(weights).hexdigest()}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


class OrthancServer:
    """One archive over several lives of its process."""

    def __init__(self, settings=None, package=None, worker=ARCHIVE_WORKER):
        # In memory where there is such a place: many small transactions wait for the disk otherwise.
        place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cmr-orthanc-", dir=place))
        self.gate = self.folder / "gate"
        self.ledger = self.folder / "ledger"
        self.http_port, self.dicom_port = free_ports(2)
        if package is None:
            package = self.folder / "package"
            install_package(package, "1.0.0")
        self.section = {
            "Enable": True,
            "Package": str(package),
            "WorkerExecutable": str(worker),
            "Database": str(self.folder / "jobs"),
            "FirstBackOffSeconds": 1,
            "LargestBackOffSeconds": 2,
            "DiskFloorMiB": 1,
            "MemoryFloorMiB": 1,
        }
        self.section.update(settings or {})
        self.lua = []  # scripts for Orthanc
        self.plugins = []  # others than ours
        self.own = {}  # more of Orthanc's own settings
        self.headers = {}  # of every request
        self.process = None

    # --- life ------------------------------------------------------------------------------

    def configuration(self, with_plugin):
        storage = str(self.folder / "storage")
        return {
            "Name": "CMR test",
            "StorageDirectory": storage,
            "IndexDirectory": storage,
            "HttpPort": self.http_port,
            "DicomPort": self.dicom_port,
            "HttpBindAddresses": ["127.0.0.1"],
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "StableAge": 1,
            "Plugins": ([PLUGIN] if with_plugin else []) + self.plugins,
            "LuaScripts": self.lua,
            "CMR": self.section,
            **self.own,
        }

    def start(self, with_plugin=True, expect="running"):
        path = self.folder / "orthanc.json"
        path.write_text(json.dumps(self.configuration(with_plugin)))
        environment = dict(os.environ, CMR_TEST_GATE=str(self.gate),
                           CMR_TEST_STORAGE=str(self.folder / "storage"),
                           CMR_TEST_LEDGER=str(self.ledger))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([ORTHANC, "--verbose", str(path)], stdout=log,
                                            stderr=log, env=environment)
        self.wait(lambda: self.answers("/system"), "Orthanc to answer")
        if with_plugin:
            self.wait(lambda: self.get("/cmr/status")["state"] == expect, f"state {expect}")
        return self

    def stop(self):
        """Asks Orthanc to end, as its service manager does."""
        self.process.terminate()
        code = self.process.wait(timeout=DEADLINE_S)
        self.process = None
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def dispose(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    # --- REST ------------------------------------------------------------------------------

    def call(self, method, path, body=None, headers=None):
        """(status, headers, bytes)"""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", data=body,
                                         headers=self.headers if headers is None else headers,
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def get(self, path):
        status, _, body = self.call("GET", path)
        if status != 200:
            raise AssertionError(f"GET {path}: {status} {body[:500]!r}")
        return json.loads(body)

    def answers(self, path):
        try:
            return self.call("GET", path)[0] == 200
        except OSError:
            return False

    def wait(self, condition, what):
        """The condition's first true value; fails after a generous deadline."""
        end = time.monotonic() + DEADLINE_S
        while True:
            value = condition()
            if value:
                return value
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"Orthanc ended while waiting for {what}\n{self.log()[-6000:]}")
            if time.monotonic() > end:
                raise AssertionError(f"waited too long for {what}\n{self.log()[-6000:]}")
            time.sleep(0.05)

    # --- DICOM and jobs --------------------------------------------------------------------

    def send(self, paths, *options):
        subprocess.run(["storescu", "-R", *options, "127.0.0.1", str(self.dicom_port),
                        *[str(path) for path in paths]], check=True, capture_output=True)

    def jobs(self, query=""):
        return self.get("/cmr/jobs" + query)["jobs"]

    def job_in(self, *states):
        def find():
            return next((job for job in self.jobs() if job["state"] in states), None)
        return self.wait(find, f"a job in state {states}; jobs: {self.jobs()}")

    def job_at_gate(self):
        def find():
            return next((job for job in self.jobs() if job["stage"] == "waiting at the gate"
                         and job["state"] == "leased"), None)
        return self.wait(find, "a job at the gate")

    def all_decided(self):
        """Waits until the plugin dealt with everything that the archive holds now."""
        self.wait(lambda: all(series["IsStable"] for series in self.get("/series?expand")),
                  "every series to be stable")
        last = self.get("/changes?last")["Last"]
        self.wait(lambda: self.get("/cmr/status")["intake"]["lastChange"] >= last,
                  "the change log to be read")

    def series_by_modality(self):
        found = {}
        for series in self.get("/series?expand"):
            found.setdefault(series["MainDicomTags"]["Modality"], []).append(series)
        return found

    def worker_process(self):
        return self.get("/cmr/status")["worker"]["processId"]

    def kill_worker(self):
        os.kill(self.worker_process(), signal.SIGKILL)

    def analyses(self):
        return len(self.ledger.read_text().split()) if self.ledger.exists() else 0

    def open_gate(self):
        self.gate.unlink()

    def close_gate(self):
        self.gate.touch()
