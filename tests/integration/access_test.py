"""Users and roles on a real Orthanc that asks for passwords, and behind a proxy's header."""

import base64
import json
import unittest

from service_test import FINAL, ServiceTest

USERS = ("anna", "bob", "carl", "dora")


def basic(user, password="secret"):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Access(ServiceTest):
    def with_users(self, roles, **settings):
        server = self.server(settings={"Roles": roles, **settings})
        server.own = {"AuthenticationEnabled": True,
                      "RegisteredUsers": {user: "secret" for user in USERS}}
        server.headers = basic("anna")
        return server.start()

    def ask(self, server, method, path, headers, body=None):
        status, _, answer = server.call(method, path, body, headers)
        return status, json.loads(answer) if answer.startswith(b"{") else answer

    def test_roles_follow_the_users_that_orthanc_verified(self):
        server = self.with_users({"anna": "administrator", "bob": "operator", "dora": "none"})
        server.send(self.series())
        job = server.job_in(*FINAL)["id"]
        retry = f"/cmr/jobs/{job}/retry"
        status, answer = self.ask(server, "POST", retry, basic("carl"), b"")
        self.assertEqual(status, 403, answer)
        self.assertIn('"carl" is a viewer here, and this takes an operator', answer["error"])
        self.assertEqual(self.ask(server, "GET", "/cmr/jobs", basic("carl"))[0], 200)
        self.assertEqual(self.ask(server, "POST", retry, basic("bob"), b"")[0], 200)
        reload = "/cmr/rules/reload"
        self.assertEqual(self.ask(server, "POST", reload, basic("bob"), b"")[0], 403)
        self.assertEqual(self.ask(server, "POST", reload, basic("anna"), b"")[0], 200)
        self.assertEqual(self.ask(server, "GET", "/cmr/jobs", basic("dora"))[0], 403)
        self.assertEqual(self.ask(server, "GET", "/cmr/access", basic("bob"))[1]["role"], "operator")
        self.assertEqual(self.ask(server, "GET", "/cmr/audit", basic("bob"))[0], 403)
        trail = self.ask(server, "GET", "/cmr/audit?kind=job", basic("anna"))[1]["entries"]
        self.assertEqual([(one["user"], one["role"], one["action"], one["subject"]) for one in trail],
                         [("bob", "operator", "retry", job)])
        self.assertEqual(trail[0]["became"], {"state": "queued"})

    def test_whom_orthanc_does_not_know_gets_nowhere(self):
        server = self.with_users({"anna": "administrator"})
        for headers in ({}, basic("anna", "wrong"), basic("nobody"), {"X-Remote-User": "anna"}):
            for path in ("/cmr/access", "/cmr/status", "/cmr/app/index.html"):
                self.assertEqual(self.ask(server, "GET", path, headers)[0], 401, (path, headers))

    def test_a_proxys_header_is_believed_where_it_is_set(self):
        server = self.server(settings={"Roles": {"anna": "administrator", "carl": "viewer"},
                                       "UserHeader": "X-Remote-User"})
        server.headers = {"X-Remote-User": "anna"}
        server.start()
        pause = "/cmr/queue/pause"
        self.assertEqual(self.ask(server, "POST", pause, {"X-Remote-User": "carl"}, b"")[0], 403)
        status, answer = self.ask(server, "POST", pause, basic("anna"), b"")
        self.assertEqual(status, 401, answer)
        self.assertIn("No user is known", answer["error"])
        self.assertEqual(self.ask(server, "POST", pause, {"X-Remote-User": "anna"}, b"")[0], 200)

    def test_without_authentication_everybody_is_administrator_and_the_log_says_so(self):
        server = self.server(settings={"Roles": {"anna": "administrator"}}).start()
        me = server.get("/cmr/access")
        self.assertEqual((me["user"], me["role"]), (None, "administrator"))
        self.assertIn("everybody is administrator", me["because"])
        self.assertIn("the roles have no effect", server.log())
        self.assertEqual(server.call("POST", "/cmr/queue/pause", b"")[0], 200)


if __name__ == "__main__":
    unittest.main()
