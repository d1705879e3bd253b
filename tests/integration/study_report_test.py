"""A study's results become one report in it, however its series arrive and whatever ends meanwhile."""

import json
import subprocess
import unittest

from service_test import ServiceTest

REPORT = "AI report on the study, not verified"


class StudyReport(ServiceTest):
    def measured(self, name, value, number=1, **options):
        """A series whose analysis finds this LV ejection fraction."""
        return self.series(name, series=f"1.2.3.10.{number}", ImageComments=f"measured {value}",
                           SeriesDescription=name, **options)

    def reports(self, server):
        """Series of reports on the study."""
        return [series for series in server.get("/series?expand")
                if series["MainDicomTags"].get("SeriesDescription") == REPORT]

    def dump(self, server, series):
        """The one report in it as dcmdump shows it, and its bytes."""
        self.assertEqual(len(series["Instances"]), 1)
        content = server.call("GET", f"/instances/{series['Instances'][0]}/file")[2]
        path = self.data / "report.dcm"
        path.write_bytes(content)
        text = subprocess.run(["dcmdump", "+L", "-Un", str(path)], check=True, text=True,
                              capture_output=True).stdout
        return text, content

    def settled(self, server, analysed):
        """All is analysed, and the last report tells of so many series."""
        def one_report_of_all():
            jobs = server.jobs()
            if [job for job in jobs if job["state"] not in ("done", "cancelled")]:
                return None
            done = [job for job in jobs if job["scope"] == "series" and job["state"] == "done"]
            last = [job for job in jobs if job["scope"] == "study" and not job["supersededBy"]
                    and job["state"] == "done"]
            if len(done) != analysed or len(last) != 1:
                return None
            results = server.get(f"/cmr/jobs/{last[0]['id']}/results")
            told = [one for one in results["series"] if one["verdict"] == "analysed"]
            return last[0] if len(told) == analysed else None
        return server.wait(one_report_of_all, f"one report on {analysed} series")

    def test_a_later_series_replaces_the_report_and_names_the_earlier_one(self):
        server = self.server().start()
        server.send(self.measured("first", 55))
        self.settled(server, 1)
        [before] = self.reports(server)
        text, _ = self.dump(server, before)
        self.assertIn("Short-axis cine: LV endocardium", text)
        self.assertIn("[55]", text)
        self.assertNotIn("PredecessorDocumentsSequence", text)
        server.send(self.measured("second", 41, 2, slices=(16, 24)))
        self.settled(server, 2)
        server.wait(lambda: len(self.reports(server)) == 1, "the earlier report to leave")
        [after] = self.reports(server)
        self.assertEqual(after["ParentStudy"], before["ParentStudy"])
        self.assertNotEqual(after["ID"], before["ID"])
        text, _ = self.dump(server, after)
        self.assertIn("Series differ: LV ejection fraction: 55 % in first, 41 % in second", text)
        self.assertIn("PredecessorDocumentsSequence", text)
        self.assertIn(before["MainDicomTags"]["SeriesInstanceUID"], text)
        # It is ours: it arrives like anything else and leads to nothing.
        server.all_decided()
        self.assertEqual(len([job for job in server.jobs() if job["scope"] == "series"]), 2)
        self.assertEqual(server.stop(), 0)

    def test_kills_between_and_while_it_is_made_leave_exactly_one(self):
        server = self.server().start()
        server.send(self.measured("first", 55))
        server.wait(lambda: [job for job in server.jobs() if job["scope"] == "study"],
                    "the job over the study")
        server.kill()
        server.start()
        self.settled(server, 1)
        server.send(self.measured("second", 41, 2, slices=(16, 24)))
        server.wait(lambda: len(server.jobs()) > 2, "the job over the second series")
        server.kill()
        server.start()
        server.wait(lambda: len([job for job in server.jobs() if job["scope"] == "study"]) == 2,
                    "the second job over the study")
        server.kill()
        server.start()
        self.settled(server, 2)
        server.wait(lambda: len(self.reports(server)) == 1, "the earlier report to leave")
        found = {modality: len(each) for modality, each in server.series_by_modality().items()}
        self.assertEqual(found, {"MR": 2, "SEG": 2, "OT": 2, "DOC": 2, "SR": 3})

    def test_asked_for_again_it_is_the_same_file(self):
        server = self.server().start()
        server.send(self.measured("first", 55))
        job = self.settled(server, 1)
        [series] = self.reports(server)
        _, before = self.dump(server, series)
        self.assertEqual(server.call("POST", f"/cmr/jobs/{job['id']}/retry", b"")[0], 200)
        server.wait(lambda: server.get(f"/cmr/jobs/{job['id']}")["attempts"] == 1
                    and server.get(f"/cmr/jobs/{job['id']}")["state"] == "done", "it to be done again")
        [series] = self.reports(server)
        self.assertEqual(self.dump(server, series)[1], before)

    def test_kept_when_told_so(self):
        server = self.server(settings={"Superseded": "keep"}).start()
        server.send(self.measured("first", 55))
        self.settled(server, 1)
        server.send(self.measured("second", 54, 2, slices=(16, 24)))
        self.settled(server, 2)
        self.assertEqual(len(self.reports(server)), 2)

    def expecting(self, wait_minutes, then="partial"):
        """A server whose rules expect two short-axis cines of a study."""
        rules = self.data / "rules.json"
        rules.write_text(json.dumps({
            "schema": 1,
            "rules": [{"name": "mr", "when": [{"tag": "Modality", "equals": "MR"}], "tasks": "auto"}],
            "study": {"expects": [{"sequence": "cine", "view": "sax", "count": 2}],
                      "waitMinutes": wait_minutes, "then": then}}))
        return self.server(settings={"Rules": str(rules)}).start()

    def completeness(self, server):
        study = server.series_by_modality()["MR"][0]["ParentStudy"]
        return study, server.get(f"/cmr/studies/{study}")["completeness"]

    def test_it_waits_for_expected_series_and_is_partial_when_somebody_does_not(self):
        server = self.expecting(60)
        server.send(self.measured("first", 55))
        server.job_in("done")
        server.wait(lambda: server.get("/studies?expand")[0]["IsStable"], "a stable study")
        server.all_decided()
        study, found = self.completeness(server)
        self.assertEqual(found["state"], "waiting")
        self.assertEqual(found["missing"], ["short-axis cine (1 of 2)"])
        # The results of the series are stored all the same.
        self.assert_one_set(server)
        server.kill()
        server.start()
        self.assertEqual(self.completeness(server)[1]["until"], found["until"])
        self.assertEqual(len(server.jobs()), 1)
        self.assertEqual(server.call("POST", f"/cmr/studies/{study}/report", b"")[0], 200)
        self.settled(server, 1)
        [partial] = self.reports(server)
        text, _ = self.dump(server, partial)
        self.assertIn("Partial: missing short-axis cine (1 of 2).", text)
        self.assertIn("[PARTIAL]", text)
        server.send(self.measured("second", 41, 2, slices=(16, 24)))
        self.settled(server, 2)
        server.wait(lambda: len(self.reports(server)) == 1, "the partial report to leave")
        text, _ = self.dump(server, self.reports(server)[0])
        self.assertNotIn("Partial", text)
        self.assertIn("[COMPLETE]", text)
        self.assertEqual(self.completeness(server)[1]["state"], "complete")

    def test_it_is_partial_when_its_time_is_over_or_held_where_the_rules_say_so(self):
        server = self.expecting(0)
        server.send(self.measured("first", 55))
        self.settled(server, 1)
        self.assertIn("Partial: missing", self.dump(server, self.reports(server)[0])[0])
        self.assertEqual(self.completeness(server)[1]["state"], "partial")
        server.stop()
        server = self.expecting(0, "hold")
        server.send(self.measured("first", 55))
        server.job_in("done")
        server.wait(lambda: server.get("/studies?expand")[0]["IsStable"], "a stable study")
        self.assertEqual(self.completeness(server)[1]["state"], "held")
        self.assertEqual(self.reports(server), [])

    def test_switched_off_there_is_none(self):
        server = self.server(settings={"StudyReport": False}).start()
        server.send(self.measured("first", 55))
        server.job_in("done")
        server.all_decided()
        server.wait(lambda: server.get("/studies?expand")[0]["IsStable"], "a stable study")
        self.assertEqual(len(server.jobs()), 1)
        self.assertEqual(self.reports(server), [])

    def test_a_site_gets_the_report_and_the_one_that_replaces_it(self):
        receiver = self.server()
        receiver.own = {"DicomAet": "SECOND", "DicomCheckCalledAet": True}
        receiver.start(with_plugin=False)
        server = self.server(settings={"Destinations": {"pacs": {"Modality": "SECOND"}},
                                       "SendResultsTo": ["pacs"]})
        server.own = {"DicomModalities": {"SECOND": ["SECOND", "127.0.0.1", receiver.dicom_port]}}
        server.start()
        server.send(self.measured("first", 55))
        self.settled(server, 1)
        receiver.wait(lambda: len(self.reports(receiver)) == 1, "the report at the other site")
        server.send(self.measured("second", 41, 2, slices=(16, 24)))
        self.settled(server, 2)
        receiver.wait(lambda: len(self.reports(receiver)) == 2, "its successor there")
        texts = [self.dump(receiver, series)[0] for series in self.reports(receiver)]
        self.assertEqual(sorted("PredecessorDocumentsSequence" in text for text in texts),
                         [False, True])


if __name__ == "__main__":
    unittest.main()
