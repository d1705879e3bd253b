"""What stands between a file that gets the better of a decoder and the archive."""

import hashlib
import os
import pathlib
import unittest

from service_test import ServiceTest

CAP_DAC_READ_SEARCH = 1 << 2  # capabilities(7)


def data_set_of(file):
    """Digest of a DICOM file's data set: who stores a file writes its meta group anew (PS3.10, 7.1)."""
    return hashlib.sha256(file[144 + int.from_bytes(file[140:144], "little"):]).hexdigest()


class Guards(ServiceTest):
    def bad_series(self, comment):
        return self.series("bad", study="1.2.3.66", series="1.2.3.66.1", ImageComments=comment)

    def assert_archive_untouched(self, server, process):
        """The same process, every image as it was sent, and the next series is analysed."""
        self.assertEqual(server.process.pid, process)
        self.assertIsNone(server.process.poll())
        sent = {data_set_of(path.read_bytes()) for path in (self.data / "bad").iterdir()}
        kept = {data_set_of(server.call("GET", f"/instances/{each}/file")[2])
                for each in server.get("/instances")}
        self.assertEqual(len(sent), 8)
        self.assertEqual(kept, sent)
        server.send(self.series("good"))
        server.job_in("done")
        self.assertEqual(len(server.series_by_modality()["SR"]), 1)

    def test_a_file_that_kills_the_worker_ends_its_own_job_only(self):
        server = self.server(settings={"MaxAttempts": 2}).start()
        process = server.process.pid
        server.send(self.bad_series("crash"))
        job = server.job_in("dead")
        self.assertEqual((job["cause"], job["attempts"]), ("crash", 2))
        self.assertIn("signal 11", job["reason"])
        self.assert_archive_untouched(server, process)

    def test_a_file_that_takes_memory_without_end_ends_its_own_job_only(self):
        server = self.server(settings={"MaxAttempts": 1, "WorkerMemoryMiB": 300}).start()
        process = server.process.pid
        server.send(self.bad_series("take memory"))
        job = server.job_in("dead")
        self.assertEqual(job["cause"], "memory")
        self.assertIn("WorkerMemoryMiB (300 MiB)", job["reason"])
        self.assert_archive_untouched(server, process)

    @staticmethod
    def state_of(process, file):
        """What of a process and of a file a worker of the same user could change."""
        status = file.stat()
        return {
            "limits": pathlib.Path(f"/proc/{process}/limits").read_text(),
            "priority": os.getpriority(os.PRIO_PROCESS, process),
            "cores": os.sched_getaffinity(process),
            "scheduler": os.sched_getscheduler(process),
            "file": file.read_bytes(),
            "attributes": os.listxattr(file),
            "status": (status.st_mode, status.st_uid, status.st_gid, status.st_nlink,
                       status.st_mtime_ns, status.st_ctime_ns),
        }

    def test_a_worker_that_was_taken_over_reaches_nothing(self):
        server = self.server().start()
        process = server.process.pid
        victim = server.folder / "storage" / "victim"
        victim.write_text("an image")
        before = self.state_of(process, victim)
        server.send(self.bad_series("break out"))
        job = server.job_in("done")
        self.assertEqual(self.state_of(process, victim), before)
        confinement = server.get("/cmr/status")["worker"]["confinement"]
        self.assertIn("no network", confinement)
        reached = server.get(f"/cmr/jobs/{job['id']}/results")
        self.assertFalse(reached["makesSocket"])
        self.assertFalse(reached["kill"])
        self.assertFalse(reached["limit"])
        self.assertFalse(reached["truncate"])
        if "own files only" not in confinement:
            self.skipTest(f"files: {confinement}")
        self.assertEqual([name for name, could in reached.items() if could], [])
        self.assertFalse(pathlib.Path("/tmp/cmr-broke-out").exists())
        self.assertIsNone(server.process.poll())

    def test_the_kernel_itself_sees_the_limits(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        process = pathlib.Path("/proc") / str(server.worker_process())
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        self.assertEqual(status["Seccomp"].strip(), "2")  # a filter, proc(5)
        for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
            self.assertEqual(int(status[kind], 16) & ~CAP_DAC_READ_SEARCH, 0, kind)
        self.assertEqual(status["NoNewPrivs"].strip(), "1")
        self.assertEqual((process / "oom_score_adj").read_text().strip(), "1000")
        limits = (process / "limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 ")
        self.assertRegex(limits, r"Max open files +1024 ")

    def test_a_program_that_never_starts_does_not_use_up_the_attempts_of_the_queue(self):
        worker = self.data / "cmr"
        worker.write_text("no program")
        worker.chmod(0o755)
        server = self.server(worker=worker, settings={"MaxAttempts": 1}).start()
        for index in range(6):
            server.send(self.series(f"s{index}", study=f"1.2.3.{index}0",
                                    series=f"1.2.3.{index}0.1", phases=2))
        server.wait(lambda: "keeps failing" in server.get("/cmr/status")["notClaimingBecause"],
                    "the breaker to open")
        server.all_decided()
        jobs = server.get("/cmr/status")["jobs"]
        self.assertEqual((jobs["dead"], jobs["queued"]), (3, 3))


if __name__ == "__main__":
    unittest.main()
