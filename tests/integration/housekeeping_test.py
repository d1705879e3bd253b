"""What an archive does with its studies while their jobs wait, run or are being stored."""

import json
import unittest

from dicom_file import CT_IMAGE
from service_test import ServiceTest
from store_gate import StoreGate


class HousekeepingTest(ServiceTest):
    def held_server(self, state):
        """A server with one series whose job is in this state and stays there."""
        server = self.server()
        self.store_gate = StoreGate(server)
        if state == "leased":
            server.close_gate()
        if state == "storing":
            self.store_gate.let_the_first_through()
        server.start()
        if state == "queued":
            server.call("POST", "/cmr/queue/pause", b"")
        server.send(self.series())
        server.wait(lambda: [job for job in server.jobs() if job["state"] == state], state)
        if state == "leased":
            server.job_at_gate()
        if state == "storing":
            server.wait(lambda: "SEG" in server.series_by_modality(), "a part of the set")
        return server

    def release(self, server):
        if server.gate.exists():
            server.open_gate()
        self.store_gate.open()
        server.call("POST", "/cmr/queue/resume", b"")

    def in_each_state(self, check, states=("queued", "leased", "storing")):
        """check(server, job) with the job held in one state after the other."""
        for state in states:
            with self.subTest(state=state):
                server = self.held_server(state)
                check(server, server.jobs()[0])
                server.dispose()

    def source(self, server):
        return server.series_by_modality()["MR"][0]

    def ask(self, server, method, path, body=None):
        status, _, answer = server.call(method, path,
                                        None if body is None else json.dumps(body).encode())
        self.assertEqual(status, 200, answer)
        return json.loads(answer)

    def settled(self, server):
        """Nothing is left to do."""
        server.all_decided()
        open_states = ("queued", "leased", "retry", "storing")
        server.wait(lambda: not [job for job in server.jobs() if job["state"] in open_states],
                    "all jobs to end")


class Deletion(HousekeepingTest):
    def assert_deleted(self, level):
        def check(server, _):
            source = self.source(server)
            study = server.get(f"/studies/{source['ParentStudy']}")
            path = {"series": f"/series/{source['ID']}", "studies": f"/studies/{study['ID']}",
                    "patients": f"/patients/{study['ParentPatient']}"}[level]
            self.assertEqual(server.call("DELETE", path)[0], 200)
            self.assertIn("deleted", server.job_in("cancelled")["reason"])
            self.release(server)
            self.settled(server)
            server.wait(lambda: not server.get("/instances"), "a part of the set to leave")
            self.assertEqual(len(server.jobs()), 1)
        self.in_each_state(check)

    def test_a_deleted_series_takes_its_job_along(self):
        self.assert_deleted("series")

    def test_a_deleted_study_takes_its_job_along(self):
        self.assert_deleted("studies")

    def test_a_deleted_patient_takes_its_job_along(self):
        self.assert_deleted("patients")


class Rearrangement(HousekeepingTest):
    def test_an_anonymised_study_without_its_source_is_a_job_of_its_own(self):
        def check(server, before):
            self.ask(server, "POST", f"/studies/{self.source(server)['ParentStudy']}/anonymize",
                     {"KeepSource": False})
            server.job_in("cancelled")
            self.release(server)
            server.job_in("done")
            self.settled(server)
            self.assertEqual(server.get(f"/cmr/jobs/{before['id']}")["state"], "cancelled")
            server.wait(lambda: len(server.get("/series")) == 5, "one set beside the series")
            self.assert_one_set(server)
        # While it is being stored, the part of the set is anonymised as well and is no longer ours.
        self.in_each_state(check, ("queued", "leased"))

    def test_an_anonymised_copy_beside_its_source_leaves_the_job_alone(self):
        def check(server, before):
            self.ask(server, "POST", f"/series/{self.source(server)['ID']}/anonymize", {})
            self.release(server)
            server.wait(lambda: len(server.jobs("?state=done")) == 2, "both jobs")
            self.settled(server)
            self.assertEqual(server.get(f"/cmr/jobs/{before['id']}")["state"], "done")
            found = {modality: len({series["ParentStudy"] for series in each})
                     for modality, each in server.series_by_modality().items()}
            self.assertEqual(found, {"MR": 2, "SEG": 2, "OT": 2, "DOC": 2, "SR": 2})
        self.in_each_state(check)

    def test_a_series_that_is_merged_into_another_study_is_analysed_there(self):
        def check(server, before):
            source = self.source(server)
            # A study to merge into; what it holds is left alone.
            server.send(self.series("other", study="1.2.3.20", series="1.2.3.20.1", Modality="CT",
                                    SOPClassUID=CT_IMAGE))
            target = server.series_by_modality()["CT"][0]["ParentStudy"]
            self.ask(server, "POST", f"/studies/{target}/merge",
                     {"Resources": [source["ID"]], "KeepSource": False})
            server.job_in("cancelled")
            self.release(server)
            server.job_in("done")
            self.settled(server)
            self.assertEqual(server.get(f"/cmr/jobs/{before['id']}")["state"], "cancelled")
            server.wait(lambda: len(server.get("/series")) == 6, "one set beside both series")
            self.assertEqual({each["ParentStudy"] for each in server.get("/series?expand")},
                             {target})
        self.in_each_state(check)

    def test_a_reconstructed_study_changes_nothing(self):
        def check(server, before):
            status, _, body = server.call(
                "POST", f"/studies/{self.source(server)['ParentStudy']}/reconstruct", b"{}")
            self.assertEqual(status, 200, body)
            self.release(server)
            server.job_in("done")
            self.settled(server)
            self.assertEqual([job["id"] for job in server.jobs()], [before["id"]])
            self.assert_one_set(server)
        self.in_each_state(check)


class Interrupted(HousekeepingTest):
    def test_a_part_of_a_set_leaves_when_its_job_is_cancelled(self):
        server = self.held_server("storing")
        job = server.jobs()[0]
        status, _, body = server.call("POST", f"/cmr/jobs/{job['id']}/cancel", b"")
        self.assertEqual(status, 200, body)
        server.wait(lambda: list(server.series_by_modality()) == ["MR"], "the part to leave")
        self.store_gate.open()
        server.call("POST", f"/cmr/jobs/{job['id']}/retry", b"")
        server.job_in("done")
        self.assert_one_set(server)


if __name__ == "__main__":
    unittest.main()
