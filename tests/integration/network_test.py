"""The whole way with the network that ships, on part of a real series, through two crashes."""

import json
import os
import pathlib
import subprocess
import unittest

from orthanc_server import OrthancServer

PROGRAM = os.environ.get("CMR_PROGRAM", "")
PACKAGE = pathlib.Path(os.environ["CMR_PACKAGES"]) / "starter"
SERIES = pathlib.Path(os.environ["CMR_DEMO_DATA"]) / "SCD0000301"
# Five slices of the middle, all twenty phases of each: instances run over phases, then slices.
IMAGES = [SERIES / f"{number}.dcm" for number in range(61, 161)]


def has_worker():
    if not PROGRAM:
        return False
    listed = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False)
    return any(line.split()[:1] == ["worker"] for line in listed.stdout.splitlines())


@unittest.skipUnless((PACKAGE / "manifest.json").exists(), f"no model package in {PACKAGE}")
@unittest.skipUnless(has_worker(), "this build has no `cmr worker`")
class Network(unittest.TestCase):
    def computing(self):
        """Whether the worker is in the middle of the job, not loading."""
        def find():
            jobs = self.server.jobs()
            final = [job for job in jobs if job["state"] in ("dead", "notAnalysable", "cancelled")]
            self.assertEqual(final, [])
            return next((job for job in jobs if job["progress"] > 0.1), None)
        return self.server.wait(find, "the worker to compute")

    def test_two_crashes_in_mid_job_leave_exactly_one_set_of_results(self):
        self.server = OrthancServer(package=PACKAGE, worker=PROGRAM)
        self.addCleanup(self.server.dispose)
        self.server.start()
        self.server.send(IMAGES, "-xt")
        self.computing()
        self.server.kill_worker()
        self.server.job_in("retry")
        self.computing()
        self.server.kill()
        self.server.start()
        job = self.server.job_in("done", "dead", "notAnalysable", "cancelled")
        self.assertEqual(job["state"], "done", job)
        self.server.wait(lambda: [one for one in self.server.jobs("?state=done")
                                  if one["scope"] == "study"], "the report on the study")
        self.server.all_decided()
        self.assertEqual(len(self.server.jobs()), 2)
        self.check_objects()
        self.check_results(self.server.get(f"/cmr/jobs/{job['id']}/results"))

    def check_objects(self):
        found = self.server.series_by_modality()
        source = found.pop("MR")[0]
        self.assertEqual(len(source["Instances"]), len(IMAGES))
        results = [series for each in found.values() for series in each]
        classes = []
        for series in results:
            self.assertEqual(series["ParentStudy"], source["ParentStudy"])
            self.assertEqual(len(series["Instances"]), 1)
            tags = self.server.get(f"/instances/{series['Instances'][0]}/simplified-tags")
            classes.append((tags["Modality"], tags["SOPClassUID"].rsplit(".", 2)[-2:]))
        self.assertEqual(sorted(modality for modality, _ in classes),
                         ["DOC", "OT", "OT", "OT", "SEG", "SR", "SR"])
        # PS3.6: Secondary Capture Image Storage is ...1.1.7, Multi-frame True Color SC ...1.1.7.4.
        endings = [ending for _, ending in classes]
        self.assertEqual(endings.count(["1", "7"]), 2)  # the result pages
        self.assertIn(["7", "4"], endings)  # the cine of contours

    def check_results(self, results):
        self.assertIn("lv.ef", json.dumps(results))


if __name__ == "__main__":
    unittest.main()
