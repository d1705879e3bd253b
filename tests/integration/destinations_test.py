"""Results are sent on to other nodes: a second real Orthanc, as a modality, a peer and over DICOMweb."""

import json
import pathlib
import unittest

from orthanc_server import OrthancServer
from service_test import ServiceTest

DICOMWEB = pathlib.Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
SECTION = {"Destinations": {"pacs": {"Modality": "SECOND"}, "mirror": {"Peer": "second"}},
           "SendResultsTo": ["pacs"]}


class Destinations(ServiceTest):
    def pair(self, **settings):
        """(sender, receiver): neither is started; the receiver has no plugin of ours."""
        receiver = self.server()
        sender = self.server(settings={**SECTION, **settings})
        sender.own = {
            "DicomModalities": {"SECOND": ["SECOND", "127.0.0.1", receiver.dicom_port]},
            "OrthancPeers": {"second": [f"http://127.0.0.1:{receiver.http_port}/"]},
            "DicomScuTimeout": 2,
        }
        receiver.own = {"DicomAet": "SECOND", "DicomCheckCalledAet": True}
        return sender, receiver

    def deliveries(self, server, job):
        return server.get(f"/cmr/jobs/{job['id']}")["deliveries"]

    def sent(self, server, job, destination):
        def find():
            return next((one for one in self.deliveries(server, job)
                         if one["destination"] == destination and one["state"] == "sent"), None)
        return server.wait(find, f"results at {destination}")

    def arrivals(self, receiver):
        """How often each object arrived anew, by modality."""
        counts = {}
        for change in receiver.get("/changes?limit=1000")["Changes"]:
            if change["ChangeType"] == "NewInstance":
                tags = receiver.get(f"/instances/{change['ID']}/simplified-tags")
                counts[tags["Modality"]] = counts.get(tags["Modality"], 0) + 1
        return counts

    def assert_whole_set(self, receiver, sender):
        self.assertEqual(self.arrivals(receiver), {"SEG": 1, "OT": 1, "DOC": 1, "SR": 1})
        mine = {one["MainDicomTags"]["SOPInstanceUID"] for one in receiver.get("/instances?expand")}
        theirs = {one["MainDicomTags"]["SOPInstanceUID"]: one["ID"]
                  for one in sender.get("/instances?expand")}
        self.assertLessEqual(mine, set(theirs))
        for uid in mine:  # not a byte of it changed on the way
            file = f"/instances/{theirs[uid]}/file"
            self.assertEqual(sender.call("GET", file)[2], receiver.call("GET", file)[2])

    def test_a_modality_gets_the_whole_set_once(self):
        sender, receiver = self.pair()
        receiver.start(with_plugin=False)
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        delivery = self.sent(sender, job, "pacs")
        self.assertEqual((delivery["objects"], delivery["objectsSent"]), (4, 4))
        self.assert_whole_set(receiver, sender)
        metrics = sender.call("GET", "/cmr/metrics")[2].decode()
        self.assertIn('cmr_deliveries{kind="results",destination="pacs",state="sent"} 1\n', metrics)
        status = {one["name"]: one for one in sender.get("/cmr/status")["destinations"]}
        self.assertEqual((status["pacs"]["sent"], status["mirror"]["sent"]), (1, 0))
        self.assertEqual(sender.stop(), 0)

    def test_a_rule_names_a_peer_instead(self):
        sender, receiver = self.pair(Rules="")
        rules = sender.folder / "rules.json"
        rules.write_text(json.dumps({"schema": 1, "rules": [
            {"name": "mr", "when": [{"tag": "Modality", "equals": "MR"}],
             "tasks": ["seg_cine_sax"], "destinations": ["mirror"]}]}))
        sender.section["Rules"] = str(rules)
        receiver.start(with_plugin=False)
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        self.assertEqual(job["destinations"], ["mirror"])
        self.sent(sender, job, "mirror")
        self.assertEqual(len(self.deliveries(sender, job)), 1)
        self.assert_whole_set(receiver, sender)

    def test_a_rule_with_an_unknown_destination_is_refused_with_the_nearest(self):
        sender, _ = self.pair()
        sender.start()
        rules = {"schema": 1, "rules": [{"name": "mr", "when": [], "tasks": ["seg_cine_sax"],
                                         "destinations": ["miror"]}]}
        _, _, body = sender.call("POST", "/cmr/rules/check", json.dumps(rules).encode())
        self.assertIn('did you mean "mirror"?', json.loads(body)["mistakes"][0]["message"])

    def test_an_unknown_node_leaves_the_service_off_with_the_nearest(self):
        sender, _ = self.pair(Destinations={"pacs": {"Modality": "SECONT"}})
        sender.start(expect="misconfigured")
        self.assertIn('did you mean "SECOND"?', sender.get("/cmr/status")["reason"])

    def test_a_receiver_that_is_away_gets_them_when_it_is_back_and_holds_up_nothing(self):
        sender, receiver = self.pair()
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        sender.wait(lambda: self.deliveries(sender, job)[0]["attempts"] > 0, "a failed attempt")
        status = sender.get("/cmr/status")["destinations"]
        self.assertIn("protocol", next(one for one in status if one["name"] == "pacs")["trouble"])
        # The next series is analysed and stored meanwhile.
        sender.send(self.series("later", study="1.2.3.20", series="1.2.3.20.1"))
        sender.wait(lambda: len(sender.jobs("?state=done")) == 2, "the later job")
        receiver.start(with_plugin=False)
        sender.wait(lambda: [one["state"] for one in sender.get("/cmr/deliveries")["deliveries"]]
                    == ["sent", "sent"], "both sets at the receiver")
        self.assertEqual(self.arrivals(receiver), {"SEG": 2, "OT": 2, "DOC": 2, "SR": 2})

    def test_one_that_dies_in_between_sends_the_rest_after_its_start(self):
        sender, receiver = self.pair()
        # The receiver takes its time with the report, which goes last.
        gate = receiver.folder / "no-reports"
        gate.touch()
        script = receiver.folder / "filter.lua"
        script.write_text(f"""
function ReceivedInstanceFilter(dicom, origin, info)
  for i = 1, 400 do
    local gate = io.open("{gate}", "r")
    if gate == nil or dicom.Modality ~= "SR" then return true end
    gate:close()
    os.execute("sleep 0.05")
  end
  return true
end
""")
        receiver.lua = [str(script)]
        receiver.start(with_plugin=False)
        sender.own["DicomScuTimeout"] = 60
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        sender.wait(lambda: self.deliveries(sender, job)[0]["objectsSent"] == 3,
                    "all objects but the last to be sent")
        sender.kill()
        gate.unlink()
        sender.start()
        self.assertEqual(self.sent(sender, job, "pacs")["attempts"], 0)
        self.assert_whole_set(receiver, sender)

    def test_a_sender_killed_while_the_receiver_is_away_sends_once_when_both_are_back(self):
        sender, receiver = self.pair()
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        sender.wait(lambda: self.deliveries(sender, job)[0]["attempts"] > 0, "a failed attempt")
        sender.kill()
        receiver.start(with_plugin=False)
        sender.start()
        self.sent(sender, job, "pacs")
        self.assert_whole_set(receiver, sender)
        self.assertEqual(sender.analyses(), 1)

    def test_what_is_given_up_is_listed_and_sent_when_somebody_asks(self):
        sender, receiver = self.pair(DeliveryAttempts=2)
        sender.start()
        sender.send(self.series())
        sender.job_in("done")
        sender.wait(lambda: sender.get("/cmr/deliveries?state=dead")["deliveries"], "a dead letter")
        receiver.start(with_plugin=False)
        body = json.dumps({"destination": "pacs"}).encode()
        status, _, answer = sender.call("POST", "/cmr/deliveries/retry", body)
        self.assertEqual((status, json.loads(answer)), (200, {"queued": 1}))
        sender.wait(lambda: sender.get("/cmr/deliveries?state=sent")["deliveries"], "it to be sent")
        self.assert_whole_set(receiver, sender)
        status, _, answer = sender.call("POST", "/cmr/deliveries/retry", b'{"destination": "x"}')
        self.assertEqual(status, 400)

    def test_cancelling_the_job_ends_what_waits(self):
        sender, receiver = self.pair()
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        status, _, _ = sender.call("POST", f"/cmr/jobs/{job['id']}/cancel", b"")
        self.assertEqual(status, 200)
        self.assertEqual(self.deliveries(sender, job)[0]["state"], "cancelled")
        self.assertEqual(sender.call("POST", f"/cmr/jobs/{job['id']}/cancel", b"")[0], 409)
        receiver.start(with_plugin=False)
        self.assertEqual(sender.stop(), 0)
        self.assertEqual(receiver.get("/instances"), [])

    @unittest.skipUnless(DICOMWEB.exists(), "orthanc-dicomweb is not installed")
    def test_a_dicomweb_server_gets_the_whole_set(self):
        sender, receiver = self.pair(Destinations={"cloud": {"DicomWeb": "far"}},
                                     SendResultsTo=["cloud"])
        for server in (sender, receiver):
            server.plugins = [str(DICOMWEB)]
        sender.own["DicomWeb"] = {
            "Servers": {"far": {"Url": f"http://127.0.0.1:{receiver.http_port}/dicom-web/"}}}
        receiver.start(with_plugin=False)
        sender.start()
        sender.send(self.series())
        job = sender.job_in("done")
        self.sent(sender, job, "cloud")
        self.assert_whole_set(receiver, sender)


if __name__ == "__main__":
    unittest.main()
