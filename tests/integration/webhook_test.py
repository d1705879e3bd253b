"""Ends of jobs are told to a web server of the site's own, by a real Orthanc."""

import http.server
import json
import threading

from service_test import ServiceTest


class Desk:
    """A web server that keeps what it is told, and answers as it is asked to."""

    def __init__(self, port=0):
        self.told = []
        self.status = 204
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.told.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(desk.status)
                if desk.status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Webhook(ServiceTest):
    def desk(self, port=0):
        desk = Desk(port)
        self.addCleanup(desk.close)
        return desk

    def told_server(self, desk, **more):
        return self.server(settings={"Webhooks": {"desk": {
            "Url": f"http://127.0.0.1:{desk.port}/hook?site=1", "Bearer": "word", **more}}})

    def sent(self, server, count=1):
        return server.wait(lambda: len(server.get("/cmr/deliveries?state=sent")["deliveries"])
                           == count, f"{count} notices to be sent")

    def test_a_result_is_told_once_without_anything_of_the_patient(self):
        desk = self.desk()
        server = self.told_server(desk).start()
        server.send(self.series())
        job = server.job_in("done")
        self.sent(server)
        self.assertEqual(len(desk.told), 1)
        path, headers, told = desk.told[0]
        self.assertEqual(path, "/hook?site=1")
        self.assertEqual(headers["Authorization"], "Bearer word")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(set(told), {"notice", "event", "time", "job", "rule", "packageSha256",
                                     "cause", "attempts", "study", "series"})
        self.assertEqual((told["event"], told["job"]), ("done", job["id"]))
        self.assertEqual(told["series"], job["series"])
        text = json.dumps(told)
        tags = server.get(f"/instances/{server.get('/instances')[0]}/simplified-tags")
        for name in ("PatientName", "PatientID", "StudyInstanceUID", "SeriesInstanceUID"):
            self.assertNotIn(tags[name], text, name)
        self.assertEqual(server.stop(), 0)

    def test_what_cannot_be_analysed_is_told_with_identifiers_where_they_are_asked_for(self):
        desk = self.desk()
        server = self.told_server(desk, On=["notAnalysable"], Identifiers=True).start()
        server.send(self.series())
        server.job_in("done")
        server.send(self.series("other", study="1.2.3.20", series="1.2.3.20.1",
                                ImageComments="no heart"))
        server.job_in("notAnalysable")
        self.sent(server)
        self.assertEqual([told["event"] for _, _, told in desk.told], ["notAnalysable"])
        self.assertEqual(desk.told[0][2]["SeriesInstanceUIDs"], ["1.2.3.20.1"])

    def test_a_server_that_fails_is_told_again_under_the_same_number(self):
        desk = self.desk()
        desk.status = 500
        server = self.told_server(desk).start()
        server.send(self.series())
        server.job_in("done")
        server.wait(lambda: len(desk.told) >= 2, "two tries")
        trouble = server.get("/cmr/status")["destinations"][0]["trouble"]
        self.assertIn("status 500", trouble)
        desk.status = 302
        server.wait(lambda: "redirections are not followed" in
                    server.get("/cmr/status")["destinations"][0]["trouble"], "a redirection")
        desk.status = 200
        self.sent(server)
        self.assertEqual({path for path, _, _ in desk.told}, {"/hook?site=1"})
        self.assertEqual(len({told["notice"] for _, _, told in desk.told}), 1)

    def test_a_notice_outlives_kill_9_and_a_server_that_was_away(self):
        desk = Desk()
        port = desk.port
        desk.close()
        server = self.told_server(desk).start()
        server.send(self.series())
        server.job_in("done")
        server.wait(lambda: server.get("/cmr/deliveries")["deliveries"][0]["attempts"] > 0,
                    "a failed try")
        server.kill()
        desk = self.desk(port)
        server.start()
        self.sent(server)
        self.assertEqual([told["event"] for _, _, told in desk.told], ["done"])
        self.assertEqual(len(server.jobs()), 1)

    def test_a_server_that_hangs_holds_up_neither_the_queue_nor_the_end(self):
        desk = self.desk()
        held = threading.Event()
        self.addCleanup(held.set)
        original = desk.server.RequestHandlerClass.do_POST

        def hang(handler):
            held.wait(60)
            original(handler)

        desk.server.RequestHandlerClass.do_POST = hang
        server = self.told_server(desk).start()
        server.send(self.series())
        server.job_in("done")
        server.send(self.series("later", study="1.2.3.20", series="1.2.3.20.1"))
        server.wait(lambda: len(server.jobs("?state=done")) == 2, "both jobs")
        self.assertEqual(desk.told, [])
        self.assertEqual(server.stop(), 0)  # within seconds: see the deadline
        held.set()


if __name__ == "__main__":
    import unittest
    unittest.main()
