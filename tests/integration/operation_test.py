"""Running the service: metrics, floors, pause and drain, priorities, dead jobs; on a real Orthanc."""

import json
import re
import unittest

from service_test import FINAL, ServiceTest

SAMPLE = re.compile(r'^(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$')


class Operation(ServiceTest):
    def metrics(self, server):
        status, headers, body = server.call("GET", "/cmr/metrics")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers)
        found = {}
        for line in body.decode().splitlines():
            if line.startswith("#"):
                continue
            match = SAMPLE.match(line)
            self.assertTrue(match, line)
            found[(match["name"], match["labels"] or "")] = float(match["value"])
        return found

    def post(self, server, path, body=None, expect=200):
        data = b"" if body is None else json.dumps(body).encode()
        status, _, answer = server.call("POST", path, data)
        self.assertEqual(status, expect, answer)
        return json.loads(answer)

    def test_metrics_follow_the_work(self):
        server = self.server().start()
        self.assertEqual(self.metrics(server)[("cmr_jobs", 'state="done"')], 0)
        server.send(self.series())
        server.job_in("done")
        found = self.metrics(server)
        self.assertEqual(found[("cmr_jobs", 'state="done"')], 1)
        self.assertEqual(found[("cmr_up", "")], 1)
        self.assertEqual(found[("cmr_claiming", "")], 1)
        self.assertEqual(found[("cmr_analyses_total", 'outcome="analysed"')], 1)
        self.assertEqual(found[("cmr_stage_seconds_count", 'stage="store"')], 4)
        for stage in ("wait", "fetch", "analyze"):
            self.assertEqual(found[("cmr_stage_seconds_count", f'stage="{stage}"')], 1)
        own = server.call("GET", "/tools/metrics-prometheus")[2].decode()
        self.assertRegex(own, r"(?m)^cmr_jobs_done 1 ")
        self.assertRegex(own, r"(?m)^cmr_up 1 ")

    def test_failures_are_counted_by_cause(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        server.kill_worker()
        self.assertEqual(server.job_in("retry")["cause"], "crash")
        server.open_gate()
        server.job_in("done")
        found = self.metrics(server)
        self.assertEqual(found[("cmr_failures_total", 'cause="crash"')], 1)
        self.assertEqual(found[("cmr_worker_restarts_total", "")], 1)

    def test_below_a_floor_nothing_is_taken_and_everything_is_stored(self):
        server = self.server(settings={"DiskFloorMiB": 100000000}).start()
        server.send(self.series())
        server.wait(lambda: server.get("/cmr/status")["jobs"]["queued"] == 1, "a job")
        status = server.get("/cmr/status")
        self.assertFalse(status["claiming"])
        self.assertIn("DiskFloorMiB", status["notClaimingBecause"])
        self.assertEqual(self.metrics(server)[("cmr_claiming", "")], 0)
        self.assertEqual(len(server.get("/instances")), 8)
        self.assertEqual(server.analyses(), 0)
        server.stop()
        server.section["DiskFloorMiB"] = 1
        server.start()
        server.job_in("done")
        self.assert_one_set(server)

    def test_pause_outlives_a_restart_and_resume_goes_on(self):
        server = self.server().start()
        self.assertEqual(self.post(server, "/cmr/queue/pause")["mode"], "paused")
        server.send(self.series())
        server.all_decided()
        server.kill()
        server.start()
        status = server.get("/cmr/status")
        self.assertEqual(status["notClaimingBecause"], "paused by an operator")
        self.assertEqual(status["jobs"]["queued"], 1)
        self.post(server, "/cmr/queue/resume")
        server.job_in("done")
        self.assert_one_set(server)

    def test_draining_ends_with_what_was_there(self):
        server = self.server()
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        self.assertFalse(self.post(server, "/cmr/queue/drain")["drained"])
        server.send(self.series("later", study="1.2.3.20", series="1.2.3.20.1"))
        server.all_decided()
        server.open_gate()
        server.wait(lambda: server.get("/cmr/queue")["drained"], "the queue to be drained")
        self.assertEqual(server.get("/cmr/queue")["jobs"]["queued"], 1)
        self.post(server, "/cmr/queue/resume")
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "both jobs")

    def test_an_urgent_series_goes_before_the_others(self):
        server = self.server().start()
        self.post(server, "/cmr/queue/pause")
        for index in (1, 2):
            server.send(self.series(f"s{index}", study=f"1.2.3.{index}0",
                                    series=f"1.2.3.{index}0.1"))
            server.wait(lambda: len(server.jobs()) == index, "its job")
        later = server.jobs()[0]
        changed = self.post(server, f"/cmr/jobs/{later['id']}/priority", {"priority": "urgent"})
        self.assertEqual(changed["priority"], 1000)
        self.post(server, "/cmr/queue/resume")
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "both jobs")
        self.assertEqual(server.ledger.read_text().split()[0], later["id"])

    def test_dead_jobs_are_queued_again_in_bulk(self):
        server = self.server(settings={"MaxAttempts": 1})
        server.close_gate()
        server.start()
        server.send(self.series())
        server.job_at_gate()
        server.kill_worker()
        server.job_in("dead")
        self.assertEqual(len(server.jobs("?state=dead&cause=crash")), 1)
        self.assertEqual(server.jobs("?state=dead&cause=memory"), [])
        server.open_gate()
        self.assertEqual(self.post(server, "/cmr/queue/retry-dead", {"cause": "crash"}),
                         {"queued": 1})
        self.assertEqual(server.job_in(*FINAL)["state"], "done")
        self.assert_one_set(server)


if __name__ == "__main__":
    unittest.main()
