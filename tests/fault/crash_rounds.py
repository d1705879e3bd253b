"""kill -9 of worker and archive, at every transition of a job and at random moments, on a real Orthanc.

  crash_rounds.py --rounds 300 [--seed 7]

The service has two workers. Every round brings a study of its own, or two, kills somebody, lets everything come to rest and then checks
that no image that the archive accepted is lost, that the study has exactly one whole set of results,
that the queue's invariants hold and that both databases are sound. The kinds of rounds take turns; the
seed decides the moments. Needs the environment that tests/integration/CMakeLists.txt sets.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

from dicom_file import write_series  # noqa: E402
from orthanc_server import OrthancServer, install_package  # noqa: E402
from store_gate import StoreGate  # noqa: E402

OPEN_STATES = ("queued", "leased", "retry", "storing")
LONGEST_MOMENT_S = 2.5  # from the arrival of the images; by then an undisturbed job is done
# What must hold whenever nothing is under way; each query counts offenders.
INVARIANTS = {
    "a job is still open": f"SELECT count(*) FROM jobs WHERE state IN {OPEN_STATES}",
    "two jobs have one key": "SELECT count(*) - count(DISTINCT key) FROM jobs",
    "a done job waits for an object": "SELECT count(*) FROM jobs JOIN outbox ON job_seq = seq"
                                      " WHERE state = 'done' AND stored = 0",
    "bytes are kept that nobody waits for": "SELECT count(*) FROM objects WHERE bytes IS NOT NULL",
    "a part of a set was forgotten": "SELECT count(*) FROM earlier_objects WHERE complete = 0",
    "a reference leads nowhere": "SELECT count(*) FROM pragma_foreign_key_check",
}


class Rounds:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="cmr-crash-"))
        self.server = OrthancServer(settings={"MaxAttempts": 20, "Workers": 2})
        self.store_gate = StoreGate(self.server)
        self.server.start()
        self.number = 0
        self.checked = 0  # studies that earlier rounds brought
        self.package = 1
        self.kills = collections.Counter()

    def close(self):
        self.server.dispose()
        subprocess.run(["rm", "-rf", str(self.data)], check=False)

    # --- what rounds do --------------------------------------------------------------------

    def images(self):
        self.number += 1
        study = f"1.2.3.{1000 + self.number}"
        self.sources = write_series(self.data / str(self.number), study=study, series=f"{study}.1",
                                    PatientID=f"CRASH-{self.number}")
        return self.sources

    def send(self, images):
        self.server.send(images)

    def kill_archive(self, where):
        self.kills[f"archive, {where}"] += 1
        self.server.kill()
        self.check_what_the_next_life_finds()

    def kill_worker(self, where):
        running = [worker for worker in self.server.get("/cmr/status")["workers"]
                   if worker["running"]]
        if not running:
            return
        busy = [worker for worker in running if worker["state"] == "busy"]
        self.kills[f"worker, {where}"] += 1
        try:
            os.kill(self.random.choice(busy or running)["processId"], signal.SIGKILL)
        except ProcessLookupError:  # it ended by itself in this moment
            pass

    def moment(self):
        time.sleep(self.random.uniform(0, LONGEST_MOMENT_S))

    def wait_for(self, state):
        self.server.wait(lambda: self.server.jobs(f"?state={state}"), state)

    def restart(self):
        self.open_gates()
        self.server.start()

    def open_gates(self):
        self.server.gate.unlink(missing_ok=True)
        self.store_gate.open()

    def post(self, path):
        status, _, body = self.server.call("POST", path, b"")
        if status not in (200, 202):
            raise AssertionError(f"POST {path}: {status} {body!r}")

    # --- kinds of rounds -------------------------------------------------------------------

    def archive_at_random(self):
        self.send(self.images())
        self.moment()
        self.kill_archive("at a random moment")
        self.restart()

    def worker_at_random(self):
        self.send(self.images())
        self.moment()
        self.kill_worker("at a random moment")

    def both_again_and_again(self):
        self.send(self.images())
        for _ in range(3):
            self.moment()
            self.kill_worker("again and again")
            self.moment()
            self.kill_archive("again and again")
            self.restart()

    def archive_in_mid_reception(self):
        """What was not acknowledged is sent again, as a scanner does."""
        images = self.images()
        sender = subprocess.Popen(["storescu", "-R", "127.0.0.1", str(self.server.dicom_port),
                                   *map(str, images)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0, 0.1))
        self.kill_archive("in mid-reception")
        sender.wait()
        self.restart()
        self.send(images)

    def archive_while_queued(self):
        self.post("/cmr/queue/pause")
        self.send(self.images())
        self.wait_for("queued")
        self.kill_archive("queued")
        self.restart()
        self.post("/cmr/queue/resume")

    def archive_while_leased(self):
        self.server.close_gate()
        self.send(self.images())
        self.server.job_at_gate()
        self.kill_archive("leased")
        self.restart()

    def worker_while_leased(self):
        self.server.close_gate()
        self.send(self.images())
        self.server.job_at_gate()
        self.kill_worker("leased")
        self.open_gates()

    def one_of_two_workers_then_the_archive(self):
        self.server.close_gate()
        self.send(self.images())
        self.send(self.images())
        self.server.wait(lambda: len(self.server.jobs("?state=leased")) == 2, "two jobs at once")
        self.kill_worker("two leased")
        self.moment()
        self.kill_archive("two leased")
        self.restart()

    def archive_before_the_first_object(self):
        self.store_gate.refuse_all()
        self.send(self.images())
        self.wait_for("storing")
        self.kill_archive("storing, nothing stored")
        self.restart()

    def archive_after_the_first_object(self):
        self.store_gate.let_the_first_through()
        before = len(self.server.get("/series"))
        self.send(self.images())
        self.wait_for("storing")
        self.server.wait(lambda: len(self.server.get("/series")) == before + 2, "the SEG")
        self.kill_archive("storing, one stored")
        self.restart()

    def archive_as_soon_as_it_is_done(self):
        done = self.server.get("/cmr/status")["jobs"]["done"]
        self.send(self.images())
        self.server.wait(lambda: self.server.get("/cmr/status")["jobs"]["done"] > done, "done")
        self.kill_archive("done")
        self.restart()

    def archive_while_late_images_supersede(self):
        images = self.images()
        self.send(images[:6])
        self.rest()
        self.send(images[6:])
        self.moment()
        self.kill_archive("late images")
        self.restart()

    def archive_while_another_package_supersedes(self):
        self.send(self.images())
        self.rest()
        series = self.sources_in_archive()[0]
        self.package += 1
        install_package(self.server.folder / "package", f"{self.package}.0.0")
        self.server.kill()  # so that it is the package of the next life, from its first job on
        self.server.start()
        self.post(f"/cmr/series/{series}/analyze")
        self.moment()
        self.kill_archive("another package")
        self.restart()

    def kinds(self):
        return [self.archive_at_random, self.worker_at_random, self.archive_while_leased,
                self.archive_before_the_first_object, self.archive_after_the_first_object,
                self.worker_while_leased, self.one_of_two_workers_then_the_archive,
                self.archive_in_mid_reception, self.archive_while_queued,
                self.archive_while_late_images_supersede, self.archive_as_soon_as_it_is_done,
                self.archive_while_another_package_supersedes, self.both_again_and_again]

    # --- what is checked -------------------------------------------------------------------

    def rest(self):
        """Waits until nothing is under way: everything that arrived was looked at and is done."""
        server = self.server
        server.all_decided()

        def idle():
            status = server.get("/cmr/status")
            return (not any(status["jobs"][state] for state in OPEN_STATES)
                    and status["intake"]["unsettledInstances"] == 0)
        server.wait(idle, "the service to come to rest")
        server.all_decided()
        server.wait(idle, "the service to come to rest")

    def sources_in_archive(self):
        study = f"1.2.3.{1000 + self.number}"
        return [series["ID"] for series in self.server.get("/series?expand")
                if series["MainDicomTags"]["SeriesInstanceUID"] == f"{study}.1"]

    def study_problem(self, study_id):
        """What is wrong with one study; empty when it holds its images and one set."""
        found = collections.Counter()
        for series in self.server.get(f"/studies/{study_id}/series"):
            found[series["MainDicomTags"]["Modality"]] += len(series["Instances"])
        expected = {"MR": 8, "SEG": 1, "OT": 1, "DOC": 1, "SR": 1}
        return "" if found == expected else f"study {study_id} holds {dict(found)}"

    def check(self, all_studies=False):
        server = self.server
        first = 0 if all_studies else self.checked
        wanted = {f"1.2.3.{1000 + number}" for number in range(first + 1, self.number + 1)}
        studies = [study["ID"] for study in server.get("/studies?expand")
                   if study["MainDicomTags"]["StudyInstanceUID"] in wanted]
        if len(studies) != len(wanted):
            raise AssertionError(f"{len(studies)} studies are there")
        for study in studies:
            # The earlier set leaves a moment after the later one is whole.
            try:
                server.wait(lambda: not self.study_problem(study), "one set")
            except AssertionError as error:
                raise AssertionError(f"{self.study_problem(study)}\n{error}") from error
        self.checked = self.number
        self.check_jobs()

    def check_what_the_next_life_finds(self):
        """Both databases with their logs, on a copy: opening them would already mend them."""
        for path in (self.server.folder / "jobs" / "cmr-jobs.sqlite",
                     self.server.folder / "storage" / "index"):
            with tempfile.TemporaryDirectory(dir=self.server.folder) as copies:
                for each in path.parent.glob(path.name + "*"):
                    shutil.copy(each, copies)
                self.check_soundness(sqlite3.connect(pathlib.Path(copies) / path.name), path)

    @staticmethod
    def check_soundness(database, name):
        with contextlib.closing(database):
            sound = database.execute("PRAGMA integrity_check").fetchone()[0]
        if sound != "ok":
            raise AssertionError(f"{name}: {sound}")

    def check_jobs(self):
        path = self.server.folder / "jobs" / "cmr-jobs.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as jobs:
            for name, query in INVARIANTS.items():
                if jobs.execute(query).fetchone()[0] != 0:
                    raise AssertionError(name)
            lost = jobs.execute("SELECT state, reason FROM jobs WHERE state IN"
                                " ('dead', 'notAnalysable')").fetchall()
            if lost:
                raise AssertionError(f"jobs that ended badly: {lost}")
            self.check_soundness(jobs, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rounds = Rounds(arguments.seed)
    begin = time.monotonic()
    try:
        kinds = rounds.kinds()
        for index in range(arguments.rounds):
            kind = kinds[index % len(kinds)]
            try:
                kind()
                rounds.rest()
                rounds.check()
            except Exception:
                print(f"round {index + 1} ({kind.__name__}, seed {arguments.seed}) failed")
                raise
            print(f"round {index + 1}: {kind.__name__}: well after "
                  f"{time.monotonic() - begin:.0f} s", flush=True)
        rounds.check(all_studies=True)
    finally:
        if rounds.server.process is None:
            rounds.server.start()
        rounds.close()
    print(f"{arguments.rounds} rounds, {sum(rounds.kills.values())} kills in "
          f"{time.monotonic() - begin:.0f} s: nothing lost, nothing doubled, databases sound")
    for name, count in sorted(rounds.kills.items()):
        print(f"  {count:4d}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
