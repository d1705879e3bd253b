"""What Orthanc's own integration tests ask of a worklist beyond matching: character sets, queries as
scanners really send them, scripts that rewrite a query, and questions over Orthanc's REST API."""

import pathlib
import re
import subprocess
import tempfile
import unittest

from worklist_test import FIRST, SECOND, STEP, WorklistCase, write_worklist_file
from orthanc_server import ARCHIVE_WORKER

# One letter or two of every script that an archive of this kind can speak.
NAME = "Test-éüäöòДΘĝדصķћ๛ﾈİ"
# Orthanc's name of a character set, as DICOM calls it, as Python does.
CHARACTER_SETS = [
    ("Ascii", "ISO_IR 6", "ascii"), ("Latin1", "ISO_IR 100", "latin-1"),
    ("Latin2", "ISO_IR 101", "iso8859-2"), ("Latin3", "ISO_IR 109", "iso8859-3"),
    ("Latin4", "ISO_IR 110", "iso8859-4"), ("Latin5", "ISO_IR 148", "iso8859-9"),
    ("Cyrillic", "ISO_IR 144", "iso8859-5"), ("Arabic", "ISO_IR 127", "iso8859-6"),
    ("Greek", "ISO_IR 126", "iso8859-7"), ("Hebrew", "ISO_IR 138", "iso8859-8"),
    ("Thai", "ISO_IR 166", "tis-620"), ("Japanese", "ISO_IR 13", "shift-jis"),
    ("Utf8", "ISO_IR 192", "utf-8")]

# Sequences without a length, without an item, and none at all.
NO_LENGTH = """(0010,0020) LO
(0040,0100) SQ (Sequence with undefined length)
(fffe,e000) na (Item with undefined length)
(0008,0060) CS [MR]
(0040,0001) AE
(fffe,e00d) na (ItemDelimitationItem)
(fffe,e0dd) na (SequenceDelimitationItem)
"""
NO_ITEM = """(0010,0020) LO
(0040,0100) SQ (Sequence)
(fffe,e0dd) na (SequenceDelimitationItem)
"""
NO_SEQUENCE = """(0010,0020) LO
(0020,000d) UI
"""
# A scanner's own keys: with the creator's name, in a sequence, one without a value.
OWN_KEYS = """(0009,0010) LO [SIEMENS CSA HEADER]
(0009,1001) LO [their own]
(0010,0010) PN [{name}]
(0010,0020) LO
(0029,0010) LO [ACME 1.1]
(0029,1010) UN
(0040,0100) SQ (Sequence)
(fffe,e000) na (Item)
(0008,0060) CS [{modality}]
(0041,0010) LO [ACME 1.1]
(0041,1001) LO [their own]
(fffe,e00d) na (ItemDelimitationItem)
(fffe,e0dd) na (SequenceDelimitationItem)
"""
LETTERS = """(0008,0005) CS [{character_set}]
(0010,0010) PN [MÜLLER*]
(0010,0020) LO
"""


class Askers(WorklistCase):
    def asked_by_file(self, server, dump, encoding="latin-1"):
        """PatientIDs that findscu finds with the query that the dump is."""
        return sorted(re.search(r"\(0010,0020\) LO \[([^\]]*)\]", one).group(1).strip()
                      for one in self.answers_to_file(server, dump, encoding))

    def answers_to_file(self, server, dump, encoding="latin-1"):
        """The answers that findscu finds with the query that the dump is, as dumps."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "query.dump").write_bytes(dump.encode(encoding))
            subprocess.run(["dump2dcm", "-q", "-g", "-F", str(folder / "query.dump"),
                            str(folder / "query.dcm")], check=True)
            answers = folder / "answers"
            answers.mkdir()
            done = subprocess.run(["findscu", "-W", "-X", "-od", str(answers), "127.0.0.1",
                                   str(server.dicom_port), str(folder / "query.dcm")],
                                  capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return [subprocess.run(["dcmdump", "-q", "+L", str(path)], capture_output=True,
                                   check=True).stdout.decode("latin-1")
                    for path in sorted(answers.glob("*.dcm"))]

    def test_answers_speak_every_character_set_of_the_archive(self):
        server = self.started()
        self.create(server, {**FIRST, "PatientName": NAME})
        for archives, dicoms, pythons in CHARACTER_SETS:
            status, _, _ = server.call("PUT", "/tools/default-encoding", archives.encode())
            self.assertEqual(status, 200)
            answer, = self.find(server, "PatientName")
            self.assertIn(f"(0008,0005) CS [{dicoms}]".encode(), answer, archives)
            self.assertIn(NAME.encode(pythons, "ignore"), answer, archives)

    def test_a_name_from_a_file_in_latin_1_comes_in_the_archives_character_set(self):
        program = pathlib.Path(ARCHIVE_WORKER).parent / "cmr"
        if not program.exists():
            self.skipTest(f"there is no {program}")
        with tempfile.TemporaryDirectory() as name:
            server = self.started(worker=program, Folder=name)
            write_worklist_file(pathlib.Path(name) / "a.wl", patient="TEST-1")
            server.wait(lambda: self.patients(server) == ["TEST-1"], "the file to be read")
            for archives, expected in (("Ascii", b"Mller^Jrg"), ("Utf8", "Müller^Jörg".encode()),
                                       ("Latin1", "Müller^Jörg".encode("latin-1"))):
                server.call("PUT", "/tools/default-encoding", archives.encode())
                answer, = self.find(server, "PatientName")
                self.assertIn(b"[" + expected + b"]", answer, archives)

    def test_queries_are_taken_as_scanners_write_them(self):
        server = self.started()
        self.create(server, FIRST, SECOND)
        self.assertEqual(self.asked_by_file(server, NO_LENGTH), ["TEST-1"])
        self.assertEqual(self.asked_by_file(server, NO_ITEM), ["TEST-1", "TEST-2"])
        self.assertEqual(self.asked_by_file(server, NO_SEQUENCE), ["TEST-1", "TEST-2"])

    def test_a_name_is_asked_for_in_the_askers_character_set(self):
        server = self.started()
        self.create(server, FIRST, SECOND)
        for character_set, encoding in (("ISO_IR 100", "latin-1"), ("ISO_IR 192", "utf-8")):
            query = LETTERS.format(character_set=character_set)
            self.assertEqual(self.asked_by_file(server, query, encoding), ["TEST-2"], encoding)

    def test_a_manufacturers_own_keys_are_no_condition(self):
        for utf8 in (True, False):
            server = self.started(utf8=utf8)
            self.create(server, FIRST, SECOND)
            for name, modality, expected in (("", "", ["TEST-1", "TEST-2"]), ("", "MR", ["TEST-1"]),
                                             ("Müll*", "", ["TEST-2"]), ("doe^*", "CT", [])):
                query = "(0008,0005) CS [ISO_IR 100]\n" + OWN_KEYS.format(name=name,
                                                                          modality=modality)
                self.assertEqual(self.asked_by_file(server, query), expected, (name, modality))
                for answer in self.answers_to_file(server, query):
                    self.assertNotRegex(answer, r"\((0009|0029|0041),")
            self.assertEqual(server.log().count("lack the scheduled step"), 1)

    def test_the_documented_script_brings_steps_to_those_who_ask_with_their_own_keys(self):
        document = pathlib.Path(__file__).parents[2] / "docs" / "worklist.md"
        script = document.read_text().split("```lua\n")[1].split("```")[0]
        server = self.started(own={"ExecuteLuaEnabled": True})
        self.create(server, FIRST, SECOND)
        own = "(0008,0005) CS [ISO_IR 100]\n" + OWN_KEYS
        for answer in self.answers_to_file(server, own.format(name="", modality="")):
            self.assertNotIn("(0008,0060)", answer)
        status, _, _ = server.call("POST", "/tools/execute-script", script.encode())
        self.assertEqual(status, 200)
        for name, modality, expected in (("", "", ["TEST-1", "TEST-2"]), ("", "MR", ["TEST-1"]),
                                         ("Müll*", "", ["TEST-2"]), ("doe^*", "CT", [])):
            query = own.format(name=name, modality=modality)
            self.assertEqual(self.asked_by_file(server, query), expected, (name, modality))
            for answer in self.answers_to_file(server, query):
                self.assertRegex(answer, r"\n    \(0008,0060\) CS \[(MR|CT)\]")

    def test_an_optional_key_that_is_not_known_is_no_condition_and_answered_empty(self):
        server = self.started()
        self.create(server, FIRST, SECOND)
        both = ["TEST-1", "TEST-2"]
        for keys in (["AdmissionID=X7"], [STEP + "ScheduledProcedureStepStatus=SCHEDULED"],
                     [STEP + "ScheduledProcedureStepStatus=SCHED*"],
                     [STEP + "ScheduledProcedureStepEndDate=20990101-20990131"],
                     ["RequestedProcedureCodeSequence[0].CodeValue=X"],
                     ["ReferencedStudySequence[0].ReferencedSOPInstanceUID=1.2"],
                     ["PatientWeight=80", "PregnancyStatus=4"]):
            self.assertEqual(self.patients(server, STEP + "Modality", *keys), both, keys)
            for answer in self.find(server, STEP + "Modality", *keys):
                self.assertRegex(answer, rb"\n    \(0008,0060\) CS \[(MR|CT)\]", keys)
        empty = {"PatientWeight": b"DS (no value", "AdmissionID": b"LO (no value",
                 "RequestingPhysician": b"PN (no value", "PatientState": b"LO (no value",
                 "RequestedProcedurePriority": b"SH (no value", "PregnancyStatus": b"US (no value",
                 "ReferencedStudySequence": b"SQ (Sequence with",
                 "ReferencedPatientSequence[0].ReferencedSOPClassUID": b"SQ (Sequence with",
                 STEP + "PreMedication": b"LO (no value",
                 STEP + "ScheduledProcedureStepStatus=SCHEDULED": b"CS (no value",
                 }
        answer, = self.find(server, "PatientID=TEST-1", "SmallestImagePixelValue", *empty)
        for key, shown in empty.items():
            name = key.split("[0].")[0 if key.startswith("Ref") else -1].split("=")[0]
            line, = (one for one in answer.splitlines() if one.endswith(b" " + name.encode()))
            self.assertIn(shown, line)

    def test_a_step_comes_whole_whatever_of_its_codes_is_asked(self):
        server = self.started()
        self.create(server, FIRST, SECOND)
        codes = STEP + "ScheduledProtocolCodeSequence[0]."
        answer, = self.find(server, codes + "CodeValue=HEART", codes + "CodingSchemeVersion=2",
                            codes + "CodeMeaning")
        self.assertIn(b"[Heart, cine]", answer)
        self.assertIn(b"(0008,0103) SH (no value", answer)

    def test_a_start_is_asked_for_as_the_standard_has_it(self):
        server = self.started()
        at = lambda patient, date, time: {
            **SECOND, "PatientID": patient, "AccessionNumber": patient, "StudyInstanceUID": "",
            "ScheduledProcedureStepStartDate": date, "ScheduledProcedureStepStartTime": time}
        self.create(server, at("NINE", "20991229", "0900"), at("LATE", "20991229", "2300"),
                    at("NEXT", "20991230", "093001"), at("NO TIME", "20991229", ""))
        date = STEP + "ScheduledProcedureStepStartDate="
        time = STEP + "ScheduledProcedureStepStartTime="
        for keys, expected in [
                ([time + "-0900"], ["NINE"]),
                ([time + "0900"], ["NINE"]),
                ([time + "09"], ["NEXT", "NINE"]),
                ([time + "0900-0900"], ["NINE"]),
                ([time + "090000.000000-090000.000000"], ["NINE"]),
                ([time + "2200-"], ["LATE"]),
                ([time], ["LATE", "NEXT", "NINE", "NO TIME"]),
                ([date + "20991229"], ["LATE", "NINE", "NO TIME"]),
                ([date + "20991229", time + "080000-093000"], ["NINE"]),
                ([date + "20991229-20991230", time + "080000-093000"], ["LATE", "NINE"]),
                ([date + "20991229-20991230", time + "080000-093001"], ["LATE", "NEXT", "NINE"])]:
            self.assertEqual(self.patients(server, *keys), expected, keys)
            for answer in self.find(server, *keys):
                asked = b"(0040,0003) TM" if time in keys[-1] else b"(0040,0002) DA [209912"
                self.assertIn(asked, answer, "the step is there")
        answer, = self.find(server, date + "20991229-20991229", time + "22-")
        self.assertIn(b"DA [20991229]", answer)
        self.assertIn(b"TM [230000]", answer)
        answer, = self.find(server, time + "0900")
        self.assertIn(b"TM [0900]", answer)

    def test_a_script_of_the_archive_may_rewrite_a_query(self):
        server = self.started(own={"ExecuteLuaEnabled": True})
        self.create(server, FIRST, SECOND)
        key = STEP + "ScheduledStationAETitle"

        def install(line):
            script = ("function IncomingWorklistRequestFilter(query, origin)\n"
                      f"  query['0040,0100'][1]['0040,0001'] = {line}\n  return query\nend")
            self.assertEqual(server.call("POST", "/tools/execute-script", script.encode())[0], 200)
        self.assertEqual(self.patients(server, key, aet="CT1"), ["TEST-1", "TEST-2"])
        install("origin['RemoteAet']")
        self.assertEqual(self.patients(server, key, aet="CT1"), ["TEST-2"])
        install("nil")
        self.assertEqual(self.patients(server, key + "=NOBODY"), ["TEST-1", "TEST-2"])

    def test_another_archive_may_ask_over_rest(self):
        server = self.started(own={})
        server.own = {"DicomModalities": {"self": ["ORTHANC", "127.0.0.1", server.dicom_port]}}
        server.stop()
        server.start()
        self.create(server, FIRST)
        ask = lambda body: self.send(server, "POST", "/modalities/self/find-worklist", body)
        for body, key in (({"Query": {"PatientID": ""}}, "PatientID"),
                          ({"Query": {"PatientID": ""}, "Short": True}, "0010,0020")):
            status, answers = ask(body)
            self.assertEqual(status, 200, answers)
            self.assertEqual([one[key] for one in answers], ["TEST-1"])
            self.assertEqual(len(answers[0]), 2, "the character set besides")


if __name__ == "__main__":
    unittest.main()
