"""Rules that change while a real Orthanc runs, and its web pages."""

import json
import os
import unittest
import urllib.error
import urllib.request

from orthanc_server import install_package
from service_test import FINAL, ServiceTest


def rules(*entries, **more):
    return json.dumps({"schema": 1, "rules": list(entries), **more})


EVERYTHING = {"name": "everything", "when": [], "tasks": ["seg_cine_sax"]}


class Rules(ServiceTest):
    def setUp(self):
        super().setUp()
        self.file = self.data / "rules.json"
        self.write(rules(EVERYTHING))

    def write(self, text):
        fresh = self.data / "fresh.json"
        fresh.write_text(text)
        os.replace(fresh, self.file)

    def ruled(self, **settings):
        return self.server(settings={"Rules": str(self.file), **settings}).start()

    def test_changed_rules_hold_without_a_restart_and_broken_ones_change_nothing(self):
        server = self.ruled()
        self.write(rules({"name": "nothing today", "when": [], "skip": "closed"}))
        server.send(self.series("a", series="1.2.3.10.1"))
        server.all_decided()
        self.assertEqual(server.jobs(), [])
        self.assertIn("closed", server.get("/cmr/skipped")["skipped"][0]["reason"])
        self.write("{ \"schema\": 1, \"rules\": [}")
        server.send(self.series("b", series="1.2.3.11.1", study="1.2.3.11"))
        server.all_decided()
        self.assertEqual(server.jobs(), [])
        status = server.get("/cmr/status")
        self.assertEqual(status["state"], "running")
        self.assertIn("line 1", status["rules"]["problem"])
        self.assertIn("the last good ones stay", server.log())
        self.write(rules(EVERYTHING))
        server.send(self.series("c", series="1.2.3.12.1", study="1.2.3.12"))
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assertEqual(server.get("/cmr/status")["rules"]["problem"], "")

    def test_rules_that_were_broken_while_the_archive_stood_leave_those_of_before_in_use(self):
        server = self.ruled()
        server.wait(lambda: server.get("/cmr/rules/history")["versions"], "the rules to be on record")
        server.stop()
        self.write("{ \"schema\": 1, \"rules\": [}")
        server.start()
        status = server.get("/cmr/status")["rules"]
        self.assertEqual(status["names"], ["everything"])
        self.assertIn("line 1", status["problem"])
        self.assertIn("those that were in use before stay", server.log())
        self.assertEqual(server.call("POST", "/cmr/rules/reload", b"")[0], 409)
        server.send(self.series())
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.write(rules({**EVERYTHING, "name": "mended"}))
        self.assertEqual(server.get("/cmr/rules")["names"], ["mended"])
        self.assertEqual(server.get("/cmr/status")["rules"]["problem"], "")

    def test_rules_that_are_broken_at_the_first_start_need_no_other_start_once_they_are_mended(self):
        self.write("{ \"schema\": 1, \"rules\": [}")
        server = self.server(settings={"Rules": str(self.file)}).start(expect="misconfigured")
        self.assertIn("line 1", server.get("/cmr/status")["reason"])
        self.assertEqual(server.call("GET", "/cmr/rules")[0], 503)
        self.write(rules(EVERYTHING))
        server.wait(lambda: server.get("/cmr/status")["state"] == "running", "the mended rules")
        server.send(self.series())
        self.assertEqual(server.job_in(*FINAL)["state"], "done")

    def test_a_rule_sees_the_sender_and_chooses_what_is_stored(self):
        self.write(rules({"name": "scanner 2", "outputs": ["SEG", "SC"], "tasks": ["seg_cine_sax"],
                          "when": [{"source": "RemoteAET", "equals": "MR2"}]}))
        server = self.ruled()
        server.send(self.series("a"), "-aet", "MR1")
        server.all_decided()
        self.assertEqual(server.jobs(), [])
        self.assertIn('RemoteAET is \\"MR1\\"', json.dumps(server.get("/cmr/skipped")))
        server.send(self.series("b", series="1.2.3.11.1", study="1.2.3.11"), "-aet", "MR2")
        job = server.job_in(*FINAL)
        self.assertEqual(job["state"], "done", job)
        self.assertEqual(set(server.series_by_modality()), {"MR", "SEG", "OT"})
        decision = server.get(f"/cmr/jobs/{job['id']}")["decision"]
        self.assertEqual(decision["rule"], "scanner 2")
        self.assertEqual(decision["explanation"][0]["clauses"][0]["why"], 'RemoteAET is "MR2"')

    def test_a_rule_names_the_package_and_one_that_is_not_there_is_refused(self):
        package = self.data / "3t"
        install_package(package, "3.0.0")
        at_3t = {"name": "3 tesla", "when": [{"tag": "SeriesDescription", "matches": "3T"}],
                 "tasks": ["seg_cine_sax"], "package": "3t"}
        self.write(rules(at_3t, EVERYTHING))
        server = self.ruled(Packages={"3t": str(package)})
        status = server.get("/cmr/status")
        [named] = status["packages"]
        self.assertEqual(named["name"], "3t")
        self.assertNotEqual(named["sha256"], status["package"]["sha256"])
        self.assertEqual(server.get("/cmr/packages/3t")["manifest"]["version"], "3.0.0")
        self.assertEqual(server.call("GET", "/cmr/packages/7t")[0], 404)
        server.send(self.series("a", series="1.2.3.10.1", SeriesDescription="cine 3T"))
        job = server.job_in(*FINAL)
        self.assertEqual(job["state"], "done", job)
        self.assertEqual(job["packageSha256"], named["sha256"])
        self.assertIn(named["sha256"], server.get("/cmr/status")["worker"]["package"])
        server.send(self.series("b", series="1.2.3.11.1", study="1.2.3.11", SeriesDescription="cine 1.5T"))
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "the other job")
        self.assertEqual(server.jobs()[0]["packageSha256"], status["package"]["sha256"])
        self.assertIn(status["package"]["sha256"], server.get("/cmr/status")["worker"]["package"])
        # An administrator chooses it for what arrives from now on, and goes back.
        chosen = server.call("PUT", "/cmr/models/default", b'{"package": "3t"}', {**server.headers, "If-Match": "*"})
        self.assertEqual(chosen[0], 200, chosen)
        self.assertEqual(server.get("/cmr/status")["defaultPackage"]["inUse"], "3t")
        server.send(self.series("f", series="1.2.3.15.1", study="1.2.3.15", SeriesDescription="cine 1.5T"))
        server.wait(lambda: len(server.jobs("?state=done")) == 3, "the job for the chosen package")
        self.assertEqual(server.jobs()[0]["packageSha256"], named["sha256"])
        self.assertEqual(server.call("DELETE", "/cmr/models/default")[0], 200)
        self.assertIsNone(server.get("/cmr/status")["defaultPackage"]["inUse"])
        # One that the configuration does not have: the last good rules stay, and say so.
        self.write(rules({**at_3t, "package": "7t"}, EVERYTHING))
        server.send(self.series("c", series="1.2.3.12.1", study="1.2.3.12", SeriesDescription="cine 3T"))
        server.wait(lambda: len(server.jobs("?state=done")) == 4, "the job by the last good rules")
        self.assertEqual(server.jobs()[0]["packageSha256"], named["sha256"])
        self.assertIn('no package "7t"', server.get("/cmr/status")["rules"]["problem"])
        # Its folder is broken: jobs for it wait, the others go on.
        self.write(rules(at_3t, EVERYTHING))
        (package / "weights.safetensors").unlink()
        server.kill_worker()
        server.send(self.series("d", series="1.2.3.13.1", study="1.2.3.13", SeriesDescription="cine 3T"))
        server.wait(lambda: "3t" in server.get("/cmr/status")["notClaimingBecause"], "the reason")
        server.send(self.series("e", series="1.2.3.14.1", study="1.2.3.14", SeriesDescription="cine 1T"))
        server.wait(lambda: len(server.jobs("?state=done")) == 5, "the job for the other package")
        install_package(package, "3.0.0")
        server.wait(lambda: len(server.jobs("?state=done")) == 6, "the job that waited")

    def test_a_held_series_is_analysed_when_somebody_asks(self):
        self.write(rules({**EVERYTHING, "hold": "a new scanner"}))
        server = self.ruled()
        server.send(self.series())
        server.all_decided()
        held = server.get("/cmr/skipped")["skipped"]
        self.assertIn("held: ", held[0]["reason"])
        self.assertEqual(server.call("POST", f"/cmr/series/{held[0]['series']}/analyze", b"")[0], 202)
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assertEqual(server.get("/cmr/skipped")["skipped"], [])

    def test_a_dry_run_over_rest_changes_nothing(self):
        server = self.ruled()
        server.send(self.series())
        server.job_in("done")
        series = server.jobs()[0]["series"][0]
        body = rules({"name": "none", "when": [], "skip": "x"}).encode()
        status, _, answer = server.call("POST", f"/cmr/series/{series}/explain", body)
        self.assertEqual((status, json.loads(answer)["action"]), (200, "skip"))
        self.assertEqual(server.get(f"/cmr/series/{series}/explain")["action"], "analyze")
        status, _, answer = server.call("POST", "/cmr/rules/check", b'{"schema": 1, "rule": []}')
        self.assertIn('did you mean "rules"?', json.loads(answer)["mistakes"][0]["message"])

    def test_rules_are_edited_where_the_site_wants_it(self):
        server = self.ruled(EditRules=True)
        sha256 = server.get("/cmr/rules")["sha256"]
        text = rules({"name": "none", "when": [], "skip": "x"})
        self.assertEqual(self.put(server, text, {"If-Match": sha256}), 200)
        self.assertEqual(self.file.read_text(), text)
        self.assertEqual(self.put(server, text, {"If-Match": sha256}), 409)
        self.assertEqual(self.put(server, text, {}), 400)
        foreign = {"If-Match": sha256, "Origin": "https://elsewhere"}
        self.assertEqual(self.put(server, text, foreign), 403)

    def put(self, server, text, headers):
        request = urllib.request.Request(f"http://127.0.0.1:{server.http_port}/cmr/rules",
                                         data=text.encode(), headers=headers, method="PUT")
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code


class Pages(ServiceTest):
    def page(self, server, path):
        status, headers, body = server.call("GET", path)
        self.assertEqual(status, 200, path)
        return headers, body.decode()

    def test_pages_come_with_their_type_and_let_nothing_foreign_in(self):
        server = self.server().start()
        for name, kind in (("index.html", "text/html"), ("app.css", "text/css"),
                           ("queue.js", "text/javascript"), ("study.html", "text/html")):
            headers, body = self.page(server, f"/cmr/app/{name}")
            self.assertTrue(headers["Content-Type"].startswith(kind), headers["Content-Type"])
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertGreater(len(body), 300)
        for path in ("/cmr/app", "/cmr/app/"):
            self.assertIn("index.html", self.page(server, path)[1])
        self.assertEqual(server.call("GET", "/cmr/app/secret.html")[0], 404)
        self.assertEqual(server.get("/cmr/package")["manifest"]["name"], "scripted")

    def test_the_explorer_has_the_button(self):
        server = self.server().start()
        self.assertIn("cmr/app/study.html#", self.page(server, "/plugins/explorer.js")[1])

    def test_without_a_service_the_pages_are_there_and_say_why(self):
        server = self.server(settings={"Packag": "/a/typing/error"}).start(expect="misconfigured")
        self.page(server, "/cmr/app/index.html")
        self.assertIn('did you mean "Package"?', server.get("/cmr/status")["reason"])


if __name__ == "__main__":
    unittest.main()
