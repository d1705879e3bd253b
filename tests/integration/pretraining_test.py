"""`cmr pretrain --archive` against a real Orthanc that asks for a name and password."""

import base64
import os
import pathlib
import shutil
import subprocess
import unittest
import urllib.request

from orthanc_server import OrthancServer

PROGRAM = os.environ.get("CMR_PROGRAM", "")
SERIES = pathlib.Path(os.environ["CMR_DEMO_DATA"]) / "SCD0000301"
IMAGES = [SERIES / f"{number}.dcm" for number in range(81, 93)]


class GuardedServer(OrthancServer):
    def configuration(self, with_plugin):
        return dict(super().configuration(with_plugin), AuthenticationEnabled=True,
                    RegisteredUsers={"researcher": "secret"})

    def call(self, method, path, body=None):
        word = base64.b64encode(b"researcher:secret").decode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", data=body,
                                         method=method, headers={"Authorization": f"Basic {word}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()


@unittest.skipUnless(PROGRAM, "this build has no `cmr`")
class FromArchive(unittest.TestCase):
    def setUp(self):
        self.server = GuardedServer()
        self.addCleanup(self.server.dispose)
        self.server.start(with_plugin=False)
        self.server.send(IMAGES, "-xt")
        self.store_a_ct()
        self.store_an_image_without_pixels()
        self.netrc("secret")

    def netrc(self, password):
        path = self.server.folder / "netrc"
        path.write_text(f"machine 127.0.0.1 login researcher password {password}\n")

    def store_changed(self, uid, *changes):
        path = self.server.folder / f"{uid}.dcm"
        shutil.copy(IMAGES[0], path)
        subprocess.run(["dcmodify", "-nb", "-q", "-m", f"SOPInstanceUID={uid}",
                        "-m", f"SeriesInstanceUID={uid}.1", *changes, str(path)],
                       check=True, capture_output=True)
        self.server.call("POST", "/instances", path.read_bytes())

    def store_a_ct(self):
        self.store_changed("2.25.1", "-m", "Modality=CT")

    def store_an_image_without_pixels(self):
        self.store_changed("2.25.2", "-e", "PixelData")

    def begin(self, *options, port=None, steps=2):
        folder = self.server.folder / "run"
        address = f"http://127.0.0.1:{port or self.server.http_port}"
        return subprocess.Popen(
            [PROGRAM, "pretrain", "--archive", address, "--steps", str(steps), "--batch", "13",
             "--size", "32", "--local-size", "16", "--local-crops", "1", "--prototypes", "16",
             "--threads", "1", "--device", "cpu", *options, "-o", str(folder)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, NETRC=str(self.server.folder / "netrc")))

    def pretrain(self, *options, port=None):
        run = self.begin(*options, port=port)
        out, errors = run.communicate()
        return subprocess.CompletedProcess(run.args, run.returncode, out, errors)

    def test_every_mr_image_is_seen_and_what_is_no_image_is_counted(self):
        ended = self.pretrain()
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("13 images", ended.stdout)
        self.assertIn("1 images were skipped", ended.stdout)
        self.assertTrue((self.server.folder / "run" / "backbone.safetensors").exists())

    def test_a_patient_is_left_out_by_its_id(self):
        patient = self.server.get("/patients?expand")[0]["MainDicomTags"]["PatientID"]
        ended = self.pretrain("--exclude", patient)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("holds no image that can be pretrained on", ended.stderr + ended.stdout)

    def test_what_is_wrong_is_named(self):
        self.netrc("wrong")
        refused = self.pretrain()
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("~/.netrc", refused.stderr + refused.stdout)
        away = self.pretrain(port=self.server.dicom_port)
        self.assertNotEqual(away.returncode, 0)
        self.assertIn(str(self.server.dicom_port), away.stderr + away.stdout)

    def test_an_archive_that_goes_away_ends_the_run_with_its_checkpoint(self):
        checkpoint = self.server.folder / "run" / "last.ckpt"
        run = self.begin("--checkpoint-every", "1", steps=1_000_000)
        self.addCleanup(run.kill)
        self.server.wait(lambda: checkpoint.exists() or run.poll() is not None, "a checkpoint")
        self.server.kill()
        out, errors = run.communicate()
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(f"127.0.0.1:{self.server.http_port}", errors + out)
        self.assertTrue(checkpoint.exists())
        self.assertFalse((self.server.folder / "run" / "backbone.safetensors").exists())


if __name__ == "__main__":
    unittest.main()
