"""The whole way through a real Orthanc, with a worker that needs no network."""

import json
import shutil
import subprocess
import tempfile
import unittest
import pathlib

from dicom_file import CT_IMAGE, write_series
from orthanc_server import ARCHIVE_WORKER, OrthancServer, install_package

FINAL = ("done", "dead", "cancelled", "notAnalysable")


class ServiceTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="cmr-data-"))
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", str(self.data)], check=False))

    def server(self, **options):
        server = OrthancServer(**options)
        self.addCleanup(server.dispose)
        return server

    def series(self, name="cine", **options):
        return write_series(self.data / name, **options)

    def assert_one_set(self, server, sources=1):
        """Exactly one SEG, one result page and one SR, each in the study of the source."""
        found = server.series_by_modality()
        self.assertEqual({modality: len(series) for modality, series in found.items()},
                         {"MR": sources, "SEG": 1, "OT": 1, "DOC": 1, "SR": 1})
        for modality in ("SEG", "OT", "DOC", "SR"):
            self.assertEqual(found[modality][0]["ParentStudy"], found["MR"][0]["ParentStudy"])
            self.assertEqual(len(found[modality][0]["Instances"]), 1)


class Arrival(ServiceTest):
    def test_results_of_a_series_come_back_into_its_study(self):
        server = self.server().start()
        server.send(self.series())
        job = server.job_in(*FINAL)
        self.assertEqual(job["state"], "done", job)
        self.assert_one_set(server)
        self.assertEqual(server.get(f"/cmr/jobs/{job['id']}/results"), {"instances": 8})
        self.assertEqual(server.get(f"/cmr/jobs/{job['id']}")["attempts"], 1)
        self.assertEqual(server.jobs("?state=done"), server.jobs())
        self.assertEqual(server.jobs("?state=dead"), [])
        self.assertEqual(len(server.jobs(f"?series={job['series'][0]}&limit=5")), 1)
        # Their own results arrive like anything else and lead to nothing.
        server.all_decided()
        self.assertEqual(len(server.jobs()), 1)
        self.assertEqual(server.stop(), 0)

    def test_a_series_with_all_that_it_announces_is_not_waited_for_where_the_site_wants_it(self):
        server = self.server()
        server.section["EarlyStart"] = True
        server.own["StableAge"] = 3600
        server.start()
        server.send(self.series(ImagesInAcquisition=2, NumberOfTemporalPositions=4))
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assertFalse(server.series_by_modality()["MR"][0]["IsStable"])
        self.assertEqual(server.get(f"/cmr/jobs/{server.jobs()[0]['id']}/results"),
                         {"instances": 8})

    def test_a_study_is_told_as_a_whole_with_what_was_left_alone(self):
        server = self.server().start()
        server.send(self.series())
        server.send(self.series("ct", series="1.2.3.10.2", SOPClassUID=CT_IMAGE, Modality="CT"))
        server.job_in("done")
        server.all_decided()
        study = server.series_by_modality()["MR"][0]["ParentStudy"]
        report = server.get(f"/cmr/studies/{study}")
        # Our own objects are no series of it.
        self.assertEqual({series["SeriesInstanceUIDs"][0]: series["verdict"]
                          for series in report["series"]},
                         {"1.2.3.10.1": "analysed", "1.2.3.10.2": "skipped"})
        self.assertIn("CT", report["series"][1]["reason"])
        self.assertTrue(report["complete"])
        server.send(self.series("late", series="1.2.3.10.3", slices=(16, 24)))
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "the job over the late series")
        server.all_decided()
        report = server.get(f"/cmr/studies/{study}")
        self.assertEqual([series["verdict"] for series in report["series"]],
                         ["analysed", "skipped", "analysed"])
        self.assertEqual(server.call("GET", "/cmr/studies/none")[0], 404)

    def test_the_same_images_again_make_no_new_job(self):
        server = self.server().start()
        images = self.series()
        server.send(images)
        server.job_in("done")
        server.send(images)
        server.all_decided()
        self.assertEqual(len(server.jobs()), 1)
        self.assertEqual(server.analyses(), 1)

    def test_own_results_sent_to_an_archive_that_does_not_know_them_make_no_job(self):
        first = self.server().start()
        first.send(self.series())
        first.job_in("done")
        results = []
        for modality, series in first.series_by_modality().items():
            if modality == "MR":
                continue
            path = self.data / f"{modality}.dcm"
            path.write_bytes(first.call("GET", f"/instances/{series[0]['Instances'][0]}/file")[2])
            results.append(path)
        second = self.server().start()
        second.send(results)
        second.all_decided()
        self.assertEqual(second.jobs(), [])
        for series in second.get("/series"):
            look = second.get(f"/cmr/series/{series}")
            self.assertEqual(look["action"], "never")
            self.assertIn("written by this program", look["verdict"])

    def test_a_ct_is_left_alone_and_the_rule_says_why(self):
        server = self.server().start()
        server.send(self.series(SOPClassUID=CT_IMAGE, Modality="CT"))
        server.all_decided()
        self.assertEqual(server.jobs(), [])
        series = server.get("/series")[0]
        look = server.get(f"/cmr/series/{series}")
        self.assertIn(look["action"], ("never", "skip", "noRule"))
        reasons = [clause["why"] for rule in look["explanation"] for clause in rule["clauses"]]
        self.assertTrue(any("CT" in why for why in reasons), look)
        status, _, body = server.call("POST", f"/cmr/series/{series}/analyze", b"")
        self.assertEqual(status, 409)
        self.assertIn("CT", json.loads(body)["error"])
        skipped = server.get("/cmr/skipped")["skipped"]
        self.assertEqual([entry["series"] for entry in skipped], [series])
        self.assertIn("CT", skipped[0]["reason"])

    def test_one_series_per_slice_is_one_job(self):
        server = self.server().start()
        for index, position in enumerate((0, 8, 16)):
            server.send(self.series(f"slice{index}", series=f"1.2.3.10.{index + 1}",
                                    slices=(position,)))
        job = server.job_in(*FINAL)
        self.assertEqual(job["state"], "done", job)
        self.assertEqual(len(job["series"]), 3)
        self.assertEqual(server.get(f"/cmr/jobs/{job['id']}/results"), {"instances": 12})
        server.all_decided()
        self.assertEqual(len(server.jobs()), 1)
        self.assert_one_set(server, sources=3)

    def test_data_that_cannot_be_analysed_end_with_the_reason(self):
        server = self.server().start()
        server.send(self.series(ImageComments="no heart"))
        job = server.job_in(*FINAL)
        self.assertEqual(job["state"], "notAnalysable")
        self.assertIn("no heart was found", job["reason"])
        self.assertEqual(list(server.series_by_modality()), ["MR"])


    def test_results_of_an_incomplete_series_give_way_to_those_of_the_whole_one(self):
        server = self.server().start()
        images = self.series()
        server.send(images[:6])
        first = server.job_in("done")
        server.all_decided()
        early = {series["ID"] for modality, found in server.series_by_modality().items()
                 for series in found if modality != "MR"}
        server.send(images[6:])
        def superseded():
            return server.get(f"/cmr/jobs/{first['id']}")["supersededBy"]
        later = server.wait(superseded, "the first job to be superseded")
        self.assertEqual(server.get(f"/cmr/jobs/{later}/results"), {"instances": 8})
        self.assert_one_set(server)
        self.assertFalse(early & set(server.get("/series")))

    def test_superseded_results_are_kept_where_the_site_wants_it(self):
        server = self.server(settings={"Superseded": "keep"}).start()
        images = self.series()
        server.send(images[:6])
        first = server.job_in("done")
        server.send(images[6:])
        server.wait(lambda: server.get(f"/cmr/jobs/{first['id']}")["supersededBy"],
                    "the first job to be superseded")
        self.assertEqual(len(server.series_by_modality()["SR"]), 2)


class Again(ServiceTest):
    """A series that was analysed is asked for again after something changed."""

    def results(self, server):
        return {series["ID"] for modality, found in server.series_by_modality().items()
                for series in found if modality != "MR"}

    def ask(self, server, series):
        status, _, body = server.call("POST", f"/cmr/series/{series}/analyze", b"")
        self.assertEqual(status, 202, body)
        return json.loads(body)["job"]

    def first_results(self, server):
        server.send(self.series())
        job = server.job_in("done")
        server.all_decided()
        self.assert_one_set(server)
        return job, self.results(server)

    def assert_replaced(self, server, before):
        """All results are others than before, and there is one set of them."""
        server.wait(lambda: not before & self.results(server), "the earlier results to leave")
        server.wait(lambda: len(self.results(server)) == 4, "the later results")
        server.all_decided()
        self.assert_one_set(server)

    def test_another_package_replaces_the_results_of_the_one_before(self):
        server = self.server().start()
        first, before = self.first_results(server)
        install_package(server.folder / "package", "2.0.0")
        server.send(self.series("other", study="1.2.3.20", series="1.2.3.20.1"))
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "a job of the new package")
        self.assertEqual(before - self.results(server), set())  # nobody asked for this one
        other = next(job for job in server.jobs() if job["id"] != first["id"])
        server.call("DELETE", f"/studies/{server.get('/series/' + other['series'][0])['ParentStudy']}")
        second = self.ask(server, first["series"][0])
        self.assertNotEqual(second, first["id"])
        self.assert_replaced(server, before)
        self.assertEqual(server.get(f"/cmr/jobs/{first['id']}")["supersededBy"], second)

    def test_other_settings_replace_the_results_of_those_before(self):
        server = self.server().start()
        first, before = self.first_results(server)
        server.stop()
        server.section["ReportExperimental"] = ["rv_cavity"]
        server.start()
        self.assertEqual(self.ask(server, first["series"][0]), first["id"])
        self.assert_replaced(server, before)
        self.assertEqual(server.analyses(), 2)

    def test_a_crash_before_the_earlier_results_left_leaves_one_set(self):
        server = self.server().start()
        first, before = self.first_results(server)
        server.stop()
        server.section["ReportExperimental"] = ["rv_cavity"]
        server.close_gate()
        server.start()
        self.ask(server, first["series"][0])
        server.job_at_gate()
        server.kill()
        server.open_gate()
        server.start()
        self.assert_replaced(server, before)

    def test_earlier_results_are_kept_where_the_site_wants_it(self):
        server = self.server(settings={"Superseded": "keep"}).start()
        first, before = self.first_results(server)
        server.stop()
        server.section["ReportExperimental"] = ["rv_cavity"]
        server.start()
        self.ask(server, first["series"][0])
        server.wait(lambda: len(self.results(server)) == 8, "the later results beside the earlier")
        self.assertEqual(before - self.results(server), set())


class DownTime(ServiceTest):
    def test_what_arrived_while_the_plugin_was_absent_is_caught_up(self):
        server = self.server().start()
        server.stop()
        server.start(with_plugin=False)
        server.send(self.series())
        server.stop()
        server.start()
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assert_one_set(server)

    def test_a_crash_between_arrival_and_stability_loses_nothing(self):
        server = self.server().start()
        server.send(self.series())
        server.kill()
        server.start()
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assert_one_set(server)

    def test_another_database_of_the_archive_is_looked_at_as_a_whole(self):
        server = self.server().start()
        server.send(self.series())
        server.job_in("done")
        server.all_decided()
        server.stop()
        subprocess.run(["rm", "-rf", str(server.folder / "storage")], check=True)
        server.start(with_plugin=False)
        server.send(self.series("other", study="1.2.3.20", series="1.2.3.20.1", phases=2))
        server.stop()
        server.start()
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "the other series' job")
        self.assert_one_set(server)

    def test_killing_the_archive_in_mid_job_leaves_exactly_one_set(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        server.kill()
        server.open_gate()
        server.start()
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assertEqual(len(server.jobs()), 1)
        self.assert_one_set(server)

    def test_stopping_the_archive_in_mid_job_counts_no_attempt(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        self.assertEqual(server.stop(), 0)
        server.open_gate()
        server.start()
        job = server.job_in(*FINAL)
        self.assertEqual((job["state"], job["attempts"]), ("done", 1))
        self.assert_one_set(server)


class Worker(ServiceTest):
    def test_killing_the_worker_in_mid_job_leaves_exactly_one_set(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        server.kill_worker()
        job = server.job_in("retry")
        self.assertIn("signal 9", job["reason"])
        server.open_gate()
        job = server.job_in(*FINAL)
        self.assertEqual((job["state"], job["attempts"]), ("done", 2))
        self.assertEqual(server.analyses(), 2)
        self.assert_one_set(server)

    def test_a_worker_that_disappears_is_named_in_the_job(self):
        worker = self.data / "cmr"
        shutil.copy(ARCHIVE_WORKER, worker)
        server = self.server(worker=worker, settings={"MaxAttempts": 2}).start()
        worker.unlink()
        server.send(self.series())
        job = server.job_in("dead")
        self.assertIn(str(worker), job["reason"])
        self.assertEqual(list(server.series_by_modality()), ["MR"])

    def test_the_worker_holds_no_port_of_the_archive(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        held = pathlib.Path(f"/proc/{server.worker_process()}/fd").iterdir()
        sockets = {link for link in (str(each.readlink()) for each in held)
                   if link.startswith("socket:")}
        self.assertEqual(len(sockets), 1)


class Operator(ServiceTest):
    def post(self, server, path, expect):
        status, _, body = server.call("POST", path, b"")
        self.assertEqual(status, expect, body)
        return json.loads(body)

    def test_a_job_is_cancelled_and_asked_for_again(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        job = server.job_at_gate()
        answer = self.post(server, f"/cmr/jobs/{job['id']}/cancel", 200)
        self.assertEqual(answer["state"], "cancelled")
        self.post(server, f"/cmr/jobs/{job['id']}/cancel", 409)
        server.open_gate()
        self.post(server, f"/cmr/jobs/{job['id']}/retry", 200)
        self.assertEqual(server.job_in("done")["id"], job["id"])
        self.assert_one_set(server)

    def test_a_job_whose_series_is_deleted_is_cancelled(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        job = server.job_at_gate()
        self.assertEqual(server.call("DELETE", f"/series/{job['series'][0]}")[0], 200)
        job = server.job_in("cancelled")
        self.assertIn("deleted", job["reason"])
        server.open_gate()
        server.all_decided()
        self.assertEqual(server.get("/series"), [])
        # The same images once more are work again.
        server.send(self.series())
        server.job_in("done")
        self.assert_one_set(server)

    def test_asking_for_an_analysed_series_stores_the_same_objects_again(self):
        server = self.server().start()
        server.send(self.series())
        job = server.job_in("done")
        before = sorted(server.get("/instances"))
        answer = self.post(server, f"/cmr/series/{job['series'][0]}/analyze", 202)
        self.assertEqual((answer["job"], answer["created"]), (job["id"], False))
        server.wait(lambda: server.analyses() == 2, "the second analysis")
        server.job_in("done")
        self.assertEqual(sorted(server.get("/instances")), before)

    def test_wrong_paths_verbs_and_parameters_are_told(self):
        server = self.server().start()
        for method, path, expect in (
                ("GET", "/cmr/jobs/unknown", 404), ("GET", "/cmr/nothing", 404),
                ("POST", "/cmr/series/unknown/analyze", 404),
                ("POST", "/cmr/jobs/unknown/retry", 404),
                ("GET", "/cmr/jobs/unknown/results", 404), ("GET", "/cmr/series/unknown", 404),
                ("POST", "/cmr/status", 405), ("DELETE", "/cmr/jobs", 405),
                ("GET", "/cmr/jobs/unknown/cancel", 405),
                ("GET", "/cmr/jobs?limit=many", 400), ("GET", "/cmr/jobs?state=happy", 400)):
            with self.subTest(method=method, path=path):
                body = b"" if method == "POST" else None
                status, headers, answer = server.call(method, path, body)
                self.assertEqual(status, expect, answer)
                if expect == 405:  # Orthanc gives this answer without a body
                    self.assertIn(headers["Allow"], ("GET", "POST"))
                    continue
                self.assertTrue(json.loads(answer)["error"])
                self.assertEqual(headers["Content-Type"], "application/json")


class Trouble(ServiceTest):
    def assert_still_stores(self, server):
        server.send(self.series())
        self.assertEqual(len(server.get("/instances")), 8)

    def test_a_broken_configuration_never_keeps_the_archive_from_storing(self):
        server = self.server(settings={"Packag": "/a/typing/error", "Threads": "many"})
        server.start(expect="misconfigured")
        status = server.get("/cmr/status")
        self.assertIn("Packag", status["reason"])
        self.assertIn("Threads", status["reason"])
        self.assertIn("Packag", server.log())
        self.assertEqual(server.call("GET", "/cmr/jobs")[0], 503)
        self.assert_still_stores(server)
        self.assertEqual(server.stop(), 0)

    def test_a_missing_package_is_told_and_nothing_else_happens(self):
        server = self.server(package="/nowhere/package").start(expect="misconfigured")
        self.assertIn("/nowhere/package", server.get("/cmr/status")["reason"])
        self.assert_still_stores(server)

    def test_a_missing_worker_is_told_and_nothing_else_happens(self):
        server = self.server(worker="/nowhere/cmr").start(expect="misconfigured")
        self.assertIn("there is no program /nowhere/cmr", server.get("/cmr/status")["reason"])
        self.assert_still_stores(server)

    def test_a_disabled_plugin_does_nothing(self):
        server = self.server(settings={"Enable": False}).start(expect="disabled")
        self.assert_still_stores(server)

    def test_a_full_disk_for_the_jobs_leaves_the_archive_alone(self):
        server = self.server()
        jobs = server.folder / "jobs"
        jobs.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(jobs)],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", str(jobs)], check=True))
        server.start(expect="waiting")
        self.assertTrue(server.get("/cmr/status")["reason"])
        self.assert_still_stores(server)
        # Space again: the service comes by itself, and catches up.
        subprocess.run(["mount", "-o", "remount,size=64m", str(jobs)], check=True)
        server.wait(lambda: server.get("/cmr/status")["state"] == "running", "the service")
        server.job_in("done")
        self.assert_one_set(server)


if __name__ == "__main__":
    unittest.main()
