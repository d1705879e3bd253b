"""The modality worklist of a real Orthanc, asked by a real findscu, fed over REST and by storescu.

Queries: universal, single value, wildcards in names, ranges of date and time, modality and AE title
in the sequence, lists of UIDs, return keys. What askers send and get beyond that is in
worklist_askers_test.py."""

import glob
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from orthanc_server import ARCHIVE_WORKER
from service_test import FINAL, ServiceTest

STEP = "ScheduledProcedureStepSequence[0]."
FIRST = {
    "PatientName": "Doe^Jane", "PatientID": "TEST-1", "AccessionNumber": "ACC1",
    "PatientBirthDate": "19700131", "PatientSex": "F", "StudyInstanceUID": "1.2.3.10",
    "RequestedProcedureID": "RP1", "RequestedProcedureDescription": "Heart",
    "Modality": "MR", "ScheduledStationAETitle": "MR1",
    "ScheduledProcedureStepStartDate": "20990110", "ScheduledProcedureStepStartTime": "0830",
    "ScheduledProcedureStepID": "S1",
    "ScheduledProtocolCodeSequence": [
        {"CodeValue": "HEART", "CodingSchemeDesignator": "99SITE", "CodeMeaning": "Heart, cine"}],
}
# What the series that the tests send says of its patient.
OF_SERIES = {**FIRST, "PatientName": "Test^Series"}
SECOND = {
    "PatientName": "Müller^Jörg", "PatientID": "TEST-2", "AccessionNumber": "ACC2",
    "StudyInstanceUID": "1.2.3.20", "Modality": "CT", "ScheduledStationAETitle": "CT1",
    "ScheduledProcedureStepStartDate": "20990112", "ScheduledProcedureStepStartTime": "101500",
    "ScheduledProcedureStepID": "S2",
}


# As dump2dcm takes it; texts in Latin-1, whatever the file says of itself.
DUMP = """(0002,0010) UI =LittleEndianExplicit
(0008,0005) CS [{character_set}]
(0008,0050) SH [ACC-{patient}]
(0010,0010) PN [Müller^Jörg]
(0010,0020) LO [{patient}]
(0040,0100) SQ (Sequence)
(fffe,e000) na (Item)
(0008,0060) CS [MR]
(0040,0001) AE [MR1]
(0040,0002) DA [20990110]
(0040,0003) TM [083000]
(0040,0008) SQ (Sequence)
(fffe,e000) na (Item)
(0008,0100) SH [HEART]
(0008,0102) SH [99SITE]
(0008,0104) LO [Heart, cine]
(fffe,e00d) na (ItemDelimitationItem)
(fffe,e0dd) na (SequenceDelimitationItem)
(fffe,e00d) na (ItemDelimitationItem)
(fffe,e0dd) na (SequenceDelimitationItem)
"""


def write_worklist_file(path, patient, character_set="ISO_IR 100"):
    """Written aside and renamed, as documented."""
    dump = path.with_suffix(".dump")
    dump.write_bytes(DUMP.format(patient=patient, character_set=character_set).encode("latin-1"))
    subprocess.run(["dump2dcm", "-q", "-g", str(dump), str(path.with_suffix(".part"))], check=True)
    dump.unlink()
    path.with_suffix(".part").rename(path)


class WorklistCase(ServiceTest):
    """A real Orthanc with exams, and what asks it."""

    def started(self, utf8=True, plugins=(), worker=ARCHIVE_WORKER, own=None, **settings):
        server = self.server(settings={"Worklist": {"Enable": True, **settings}}, worker=worker)
        server.own = own or {}
        usual = server.configuration

        def configuration(with_plugin):
            made = usual(with_plugin)
            made["Plugins"] = [*plugins, *made["Plugins"]]
            made["DicomAlwaysAllowFindWorklist"] = True
            made["DefaultEncoding"] = "Utf8" if utf8 else "Latin1"
            made["Worklists"] = {"Enable": True, "Database": str(server.folder)}
            return made
        server.configuration = configuration
        return server.start()

    def send(self, server, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        status, _, answer = server.call(method, path, data, headers)
        return status, json.loads(answer or b"null")

    def create(self, server, *entries):
        ids = []
        for entry in entries:
            status, answer = self.send(server, "POST", "/cmr/worklist", entry)
            self.assertEqual(status, 200, answer)
            ids.append(answer["id"])
        return ids

    def find(self, server, *keys, aet="ANY", expect=0):
        """The answers of findscu as dumps."""
        with tempfile.TemporaryDirectory() as folder:
            wanted = []
            for key in keys or ("PatientID",):
                wanted += ["-k", key]
            done = subprocess.run(["findscu", "-W", "-X", "-od", folder, "-aet", aet, *wanted,
                                   "127.0.0.1", str(server.dicom_port)], capture_output=True)
            self.assertEqual(done.returncode, expect, done.stderr)
            return [subprocess.run(["dcmdump", "-q", "+L", path], capture_output=True,
                                   check=True).stdout
                    for path in sorted(glob.glob(os.path.join(folder, "*.dcm")))]

    def patients(self, server, *keys, **more):
        answers = self.find(server, "PatientID", *keys, **more)
        return sorted(re.search(rb"\(0010,0020\) LO \[([^\]]*)\]", one).group(1).decode().strip()
                      for one in answers)


class Worklist(WorklistCase):
    def test_queries_are_matched_by_the_rules_of_the_standard(self):
        server = self.started()
        self.create(server, FIRST, SECOND)
        one, two, both = ["TEST-1"], ["TEST-2"], ["TEST-1", "TEST-2"]
        for keys, expected in [
                ([], both),
                (["PatientName"], both),
                (["PatientID=TEST-2"], two),
                (["PatientID=test-2"], []),
                (["PatientName=Doe*"], one),
                (["PatientName=doe^jane"], one),
                (["PatientName=*^J?ne"], one),
                (["PatientName=*"], both),
                (["PatientName=Nobody*"], []),
                (["AccessionNumber=ACC?"], both),
                (["StudyInstanceUID=1.2.3.10\\1.2.3.99"], one),
                ([STEP + "Modality=MR"], one),
                ([STEP + "Modality=US"], []),
                ([STEP + "ScheduledStationAETitle=CT1"], two),
                ([STEP + "Modality=MR", STEP + "ScheduledStationAETitle=CT1"], []),
                ([STEP + "ScheduledProcedureStepStartDate=20990110"], one),
                ([STEP + "ScheduledProcedureStepStartDate=20990111-20990131"], two),
                ([STEP + "ScheduledProcedureStepStartDate=-20990111"], one),
                ([STEP + "ScheduledProcedureStepStartDate=20990110-"], both),
                ([STEP + "ScheduledProcedureStepStartTime=080000-090000"], one),
                ([STEP + "ScheduledProcedureStepStartTime=090000-"], two),
                (["ScheduledProcedureStepSequence"], both)]:
            self.assertEqual(self.patients(server, *keys), expected, keys)

    def test_return_keys_come_back_and_others_do_not(self):
        server = self.started()
        self.create(server, FIRST)
        answer, = self.find(server, "PatientBirthDate", STEP + "ScheduledProcedureStepStartTime",
                            STEP + "ScheduledProtocolCodeSequence[0].CodeValue")
        self.assertIn(b"DA [19700131]", answer)
        self.assertIn(b"TM [083000]", answer)
        self.assertIn(b"SH [HEART]", answer)
        self.assertNotIn(b"(0010,0010)", answer)
        self.assertNotIn(b"(0008,0050)", answer)

    def test_an_exam_without_codes_is_found_unless_a_code_is_named(self):
        server = self.started()
        self.create(server, FIRST, SECOND)
        code = STEP + "ScheduledProtocolCodeSequence[0].CodeValue"
        for keys, expected in (([code], ["TEST-1", "TEST-2"]),
                               ([STEP + "ScheduledProtocolCodeSequence"], ["TEST-1", "TEST-2"]),
                               ([code + "=HEART"], ["TEST-1"]), ([code + "=OTHER"], [])):
            self.assertEqual(self.patients(server, *keys), expected, keys)

    def test_names_come_in_the_archives_character_set(self):
        for utf8, encoding in ((True, "utf-8"), (False, "latin-1")):
            server = self.started(utf8=utf8)
            self.create(server, SECOND)
            answer, = self.find(server, "PatientName")
            self.assertIn("Müller^Jörg".encode(encoding), answer)
            server.stop()

    def test_a_character_set_that_lacks_letters_is_warned_of(self):
        server = self.started(utf8=False)
        said = server.get("/cmr/status")["worklist"]["warning"]
        self.assertIn("DefaultEncoding, Latin1,", said)
        self.assertIn(said, server.log())
        self.assertEqual(self.started().get("/cmr/status")["worklist"]["warning"], "")

    def test_an_asker_may_be_kept_to_its_own_exams(self):
        server = self.started(OnlyOwnStation=True)
        self.create(server, FIRST, SECOND)
        self.assertEqual(self.patients(server, aet="MR1"), ["TEST-1"])
        self.assertEqual(self.patients(server, aet="CT1"), ["TEST-2"])
        self.assertEqual(self.patients(server, aet="US1"), [])

    def test_entries_are_made_replaced_and_deleted_over_rest(self):
        server = self.started()
        first, = self.create(server, FIRST)
        self.assertEqual(self.create(server, FIRST), [first])
        changed = {**FIRST, "ScheduledStationAETitle": "MR2"}
        status, answer = self.send(server, "POST", "/cmr/worklist", changed)
        self.assertEqual((status, answer["id"]), (409, first))
        path = f"/cmr/worklist/{first}"
        version = {"If-Match": self.send(server, "GET", path)[1]["version"]}
        self.assertEqual(self.send(server, "PUT", path, changed)[0], 400)
        self.assertEqual(self.send(server, "PUT", path, changed, version)[0], 200)
        self.assertEqual(self.send(server, "PUT", path, FIRST, version)[0], 409)
        self.assertEqual(self.patients(server, STEP + "ScheduledStationAETitle=MR2"), ["TEST-1"])
        self.assertTrue(self.send(server, "DELETE", path)[1]["deleted"])
        self.assertFalse(self.send(server, "DELETE", path)[1]["deleted"])
        self.assertEqual(self.send(server, "GET", path)[0], 404)
        self.assertEqual(self.patients(server), [])
        for wrong, word in [({"PatientName": ""}, "is needed"),
                            ({"PatientNam": "x"}, "PatientName"),
                            ({"ScheduledProcedureStepStartDate": "20990231"}, "a date"),
                            ({"ScheduledProcedureStepStartTime": "2561"}, "a time"),
                            ({"PatientID": "a\\b"}, "backslash"),
                            ({"AccessionNumber": "A" * 17}, "16 characters"),
                            ({"Modality": 5}, "a text"),
                            ({"StudyInstanceUID": "1..2"}, "a UID")]:
            status, answer = self.send(server, "POST", "/cmr/worklist", {**FIRST, **wrong})
            self.assertEqual(status, 400, answer)
            self.assertIn(word, answer["error"])
        self.assertEqual(self.send(server, "GET", "/cmr/worklist")[1]["entries"], [])

    def test_what_is_long_past_is_not_offered_any_more(self):
        server = self.started()
        self.create(server, {**FIRST, "ScheduledProcedureStepStartDate": "20200101"})
        self.assertEqual(self.patients(server), [])
        self.assertEqual(len(self.send(server, "GET", "/cmr/worklist")[1]["entries"]), 1)

    def test_a_study_that_arrives_belongs_to_its_exam_until_it_is_reported(self):
        server = self.started()
        server.close_gate()
        first, second = self.create(server, OF_SERIES, SECOND)
        state = lambda: self.send(server, "GET", f"/cmr/worklist/{first}")[1]["state"]
        self.assertEqual(state(), "scheduled")
        server.send(self.series())
        server.job_at_gate()
        self.assertEqual(state(), "analysing")
        self.assertEqual(self.patients(server), ["TEST-2"])
        server.open_gate()
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assertEqual(state(), "reported")
        self.assertEqual(self.send(server, "GET", f"/cmr/worklist/{second}")[1]["state"],
                         "scheduled")

    def test_an_exam_may_be_scheduled_after_its_study_arrived(self):
        server = self.started()
        server.send(self.series())
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        first, second = self.create(server, OF_SERIES, SECOND)
        state = lambda entry: self.send(server, "GET", f"/cmr/worklist/{entry}")[1]["state"]
        server.wait(lambda: state(first) == "reported", "the exam to be tied to its study")
        self.assertEqual(state(second), "scheduled")
        self.assertEqual(self.patients(server), ["TEST-2"])

    def test_files_of_a_folder_are_offered_changed_and_withdrawn(self):
        program = pathlib.Path(ARCHIVE_WORKER).parent / "cmr"
        if not program.exists():
            self.skipTest(f"there is no {program}")
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            server = self.started(worker=program, Folder=name)
            refused = lambda: {one["file"]: one["reason"] for one in
                               server.get("/cmr/status")["worklistFolder"]["refused"]}
            write_worklist_file(folder / "a.wl", patient="TEST-1")
            write_worklist_file(folder / "b.wl", patient="TEST-2")
            server.wait(lambda: self.patients(server) == ["TEST-1", "TEST-2"], "two files")
            answer, = self.find(server, "PatientID=TEST-1", "PatientName",
                                STEP + "ScheduledProtocolCodeSequence[0].CodeValue")
            self.assertIn("Müller^Jörg".encode(), answer)
            self.assertIn(b"SH [HEART]", answer)
            (folder / "b.wl").unlink()
            server.wait(lambda: self.patients(server) == ["TEST-1"], "a file that went")
            whole = (folder / "a.wl").read_bytes()
            (folder / "cut.wl").write_bytes(whole[:len(whole) // 2])
            (folder / "link.wl").symlink_to("/etc/passwd")
            write_worklist_file(folder / "letters.wl", patient="TEST-3", character_set="ISO_IR 192")
            server.wait(lambda: len(refused()) == 3, "three files that are refused")
            self.assertIn("cut off", refused()["cut.wl"])
            self.assertIn("link", refused()["link.wl"])
            self.assertIn("character set", refused()["letters.wl"])
            self.assertEqual(self.patients(server), ["TEST-1"])
            self.assertIn("worklist file cut.wl is refused", server.log())

    def test_a_study_of_one_exam_leaves_another_of_its_accession_number_on_offer(self):
        server = self.started()
        steps = [{**OF_SERIES, "ScheduledProcedureStepID": step, "StudyInstanceUID": uid}
                 for step, uid in (("S1", "1.2.3.10"), ("S2", "1.2.3.20"))]
        first, second = self.create(server, *steps)
        server.send(self.series())
        server.all_decided()
        state = lambda entry: self.send(server, "GET", f"/cmr/worklist/{entry}")[1]["state"]
        self.assertNotEqual(state(first), "scheduled")
        self.assertEqual(state(second), "scheduled")
        self.assertEqual(self.patients(server, STEP + "ScheduledProcedureStepID=S2"), ["TEST-1"])

    def test_a_study_of_another_person_is_flagged_and_not_tied(self):
        server = self.started()
        first, = self.create(server, FIRST)
        server.send(self.series())
        server.all_decided()
        entry = self.send(server, "GET", f"/cmr/worklist/{first}")[1]
        self.assertEqual((entry["state"], entry["study"]), ("scheduled", ""))
        self.assertIn("another PatientName", entry["conflict"])

    def test_a_study_of_another_patient_is_flagged_and_not_tied(self):
        server = self.started()
        first, = self.create(server, {**FIRST, "PatientID": "SOMEBODY"})
        server.send(self.series())
        server.all_decided()
        entry = self.send(server, "GET", f"/cmr/worklist/{first}")[1]
        self.assertEqual((entry["state"], entry["study"]), ("scheduled", ""))
        self.assertIn("another PatientID", entry["conflict"])

    def test_another_plugins_worklist_is_told_and_all_else_runs(self):
        other = "/usr/share/orthanc/plugins/libModalityWorklists.so"
        if not os.path.exists(other):
            self.skipTest("Orthanc's ModalityWorklists plugin is not installed")
        server = self.started(plugins=[other])
        self.assertEqual(server.get("/cmr/status")["state"], "running")
        self.assertIn("another plugin", server.get("/cmr/status")["worklist"]["problem"])
        self.assertIn("another plugin", server.log())

    def test_without_the_setting_there_is_no_worklist(self):
        server = self.server().start()
        status, answer = self.send(server, "POST", "/cmr/worklist", FIRST)
        self.assertEqual(status, 409)
        self.assertIn("the worklist is off", answer["error"])


if __name__ == "__main__":
    unittest.main()
