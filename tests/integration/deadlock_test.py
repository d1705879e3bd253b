"""The REST interface of the plugin, and Orthanc's own, called by many threads while images arrive,
callbacks come and the queue works: nobody waits for anybody for ever."""

import concurrent.futures
import faulthandler
import pathlib
import random
import shutil
import tempfile
import unittest

from dicom_file import write_series
from orthanc_server import DEADLINE_S, OrthancServer

SENDERS = 2
STUDIES_EACH = 6
CALLERS = 6
CALLS_EACH = 60


class Watchdog:
    """Ends the test, with every thread's stack, when nothing moved for as long as one wait may take."""

    def __init__(self):
        self.moved()

    @staticmethod
    def moved():
        faulthandler.dump_traceback_later(2 * DEADLINE_S, exit=True)

    @staticmethod
    def stop():
        faulthandler.cancel_dump_traceback_later()


class Deadlock(unittest.TestCase):
    def setUp(self):
        self.server = OrthancServer().start()
        self.addCleanup(self.server.dispose)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cmr-deadlock-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.dog = Watchdog()
        self.addCleanup(self.dog.stop)

    def send_studies(self, sender):
        for number in range(STUDIES_EACH):
            study = f"1.2.3.{100 * (sender + 1) + number}"
            self.server.send(write_series(self.folder / study, study=study, series=f"{study}.1",
                                          PatientID=f"P{study}"))
            self.dog.moved()

    def paths(self, dice):
        """One request as a page, a person, a monitor or another program makes it."""
        jobs = self.server.jobs("?limit=20")
        job = dice.choice(jobs)["id"] if jobs else "none"
        series = dice.choice(self.server.get("/series") or ["none"])
        study = dice.choice(self.server.get("/studies") or ["none"])
        return dice.choice([
            ("GET", "/cmr/status"), ("GET", "/cmr/metrics"), ("GET", "/cmr/jobs?state=done"),
            ("GET", f"/cmr/jobs/{job}"), ("GET", f"/cmr/series/{series}"),
            ("GET", f"/cmr/studies/{study}"), ("POST", f"/cmr/series/{series}/analyze"),
            ("POST", f"/cmr/jobs/{job}/retry"), ("POST", "/cmr/queue/pause"),
            ("POST", "/cmr/queue/resume"), ("GET", "/cmr/queue"), ("POST", "/cmr/rules/reload"),
            ("GET", "/tools/metrics-prometheus"), ("GET", "/statistics"),
            ("GET", f"/studies/{study}/series"), ("GET", "/changes?limit=100")])

    def call(self, caller):
        dice = random.Random(caller)
        problems = []
        for _ in range(CALLS_EACH):
            method, path = self.paths(dice)
            status, _, body = self.server.call(method, path, b"" if method == "POST" else None)
            if status >= 500:
                problems.append(f"{method} {path}: {status} {body[:200]!r}")
            self.dog.moved()
        return problems

    def test_rest_callbacks_and_queue_never_wait_for_each_other(self):
        with concurrent.futures.ThreadPoolExecutor(SENDERS + CALLERS) as pool:
            sent = [pool.submit(self.send_studies, sender) for sender in range(SENDERS)]
            called = [pool.submit(self.call, caller) for caller in range(CALLERS)]
            for each in sent:
                each.result()
            problems = [problem for each in called for problem in each.result()]
        self.assertEqual(problems, [])
        self.assertEqual(self.server.call("POST", "/cmr/queue/resume", b"")[0], 200)
        self.server.all_decided()

        def at_rest():
            self.dog.moved()
            jobs = self.server.get("/cmr/status")["jobs"]
            return (not any(jobs[state] for state in ("queued", "leased", "retry", "storing"))
                    and jobs["done"] >= SENDERS * STUDIES_EACH)
        self.server.wait(at_rest, "every study to be done")
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
