"""Data and packages that nothing can be measured with, before the program and the network that ship: each ends
with its cause, beside a sound series of the same study that is analysed as ever."""

import os
import pathlib
import shutil
import unittest

from dicom_file import write_series
from network_test import PACKAGE, PROGRAM, SERIES, has_worker
from service_test import ServiceTest

# Patient and study of the real series: what is bad lies in the same study.
PATIENT = "SCD0000301"
STUDY = "2.16.124.113543.6006.99.7287180431222654512"
# All twenty phases of each slice: instances run over phases, then slices.
SOUND = [SERIES / f"{number}.dcm" for number in range(81, 141)]
ONE_SLICE = [SERIES / f"{number}.dcm" for number in range(101, 121)]


@unittest.skipUnless((PACKAGE / "manifest.json").exists(), f"no model package in {PACKAGE}")
@unittest.skipUnless(has_worker(), "this build has no `cmr worker`")
class BadSeries(ServiceTest):
    def bad(self, name, **options):
        """The files of a series of the study."""
        return write_series(self.data / name, study=STUDY, series=f"1.2.3.20.{name}",
                            PatientID=PATIENT, **options)

    def jobs_by_series(self, server):
        return {job["SeriesInstanceUIDs"][0]: job for job in server.jobs() if job["scope"] == "series"}

    def results(self, server):
        return sum(len(one["Instances"]) for modality, series in server.series_by_modality().items()
                   if modality != "MR" for one in series)

    def all_ended(self, server):
        server.all_decided()
        server.wait(lambda: all(job["state"] in ("done", "dead", "notAnalysable")
                                for job in server.jobs()), "all jobs to end")

    def test_each_ends_with_its_cause_and_a_sound_one_beside_them_is_analysed(self):
        cases = {
            "1": (self.bad("1", slices=(0, 8, 16), phases=1), "one image at each position"),
            "2": (self.bad("2", phases=3), "too few to find end-systole"),
            "3": (self.bad("3", PixelData=bytes(100)), "image data is shorter"),
            "4": (self.bad("4")[:-1], "position 2 of 2 has fewer than 4 phases"),
            "5": (self.bad("5", Rows=65535, Columns=65535), "claims 65535 rows"),
            "6": (self.bad("6", ImageOrientationPatient="1\\0\\0\\0\\0\\-1"), "shifted in plane"),
            "7": (self.bad("7", PixelSpacing="0\\0"), "pixel spacing"),
        }
        server = self.server(package=PACKAGE, worker=PROGRAM).start()
        for files, _ in cases.values():
            server.send(files)
        server.send(SOUND, "-xt")
        self.all_ended(server)
        jobs = self.jobs_by_series(server)
        for name, (_, cause) in cases.items():
            job = jobs.pop(f"1.2.3.20.{name}")
            self.assertEqual(job["state"], "notAnalysable", job)
            self.assertIn(cause, job["reason"])
            self.assertEqual(job["attempts"], 1)
        self.assertEqual([job["state"] for job in jobs.values()], ["done"], jobs)
        self.assertEqual(len(server.get("/instances")) - self.results(server),
                         sum(len(files) for files, _ in cases.values()) + len(SOUND))

    def test_a_file_that_the_disk_cut_short_is_told(self):
        server = self.server(package=PACKAGE, worker=PROGRAM).start()
        server.call("POST", "/cmr/queue/pause", b"")
        server.send(self.bad("9", slices=(0, 8, 16), phases=20))
        server.all_decided()
        server.stop()  # which has the file in memory still
        image = max((server.folder / "storage").glob("??/??/*"), key=lambda path: path.stat().st_size)
        os.truncate(image, image.stat().st_size - 40)
        server.start()
        server.call("POST", "/cmr/queue/resume", b"")
        self.all_ended(server)
        (job,) = server.jobs()
        self.assertEqual(job["state"], "notAnalysable")
        self.assertIn("position 3 of 3 has fewer than 20 phases", job["reason"])
        self.assertIn("the file is cut off", job["reason"])

    def test_one_slice_is_no_volume(self):
        server = self.server(package=PACKAGE, worker=PROGRAM).start()
        server.send(ONE_SLICE, "-xt")
        self.all_ended(server)
        (job,) = self.jobs_by_series(server).values()
        self.assertEqual(job["state"], "notAnalysable")
        self.assertIn("has 1 slice", job["reason"])

    def test_a_package_whose_weights_are_not_those_of_its_manifest_is_named(self):
        package = self.data / "package"
        shutil.copytree(PACKAGE, package)
        weights = next(package.glob("*.safetensors"))
        with open(weights, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 1]))
        server = self.server(settings={"MaxAttempts": 3}, package=package, worker=PROGRAM).start()
        server.send(ONE_SLICE, "-xt")
        self.all_ended(server)
        (job,) = self.jobs_by_series(server).values()
        self.assertEqual((job["state"], job["cause"]), ("dead", "package"))
        self.assertIn(f"{weights.name} has checksum", job["reason"])
        server.wait(lambda: "the manifest says" in server.get("/cmr/status")["notClaimingBecause"],
                    "the circuit breaker to say why nothing is claimed")
        self.assertEqual(len(server.get("/instances")), len(ONE_SLICE))


if __name__ == "__main__":
    unittest.main()
