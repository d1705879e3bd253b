"""tests/bench/report.py on made-up measurements."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

REPORT = os.path.join(os.path.dirname(__file__), "..", "bench", "report.py")
TIMES = {"decode/series": 400, "resample/crop": 0.5, "resample/labels": 0.25,
         "write/SEG": 10, "write/SR": 10, "write/SC": 10, "write/SC 2": 10, "write/PDF": 10,
         "write/CINE": 10, "large/decode": 100, "large/SEG": 20, "large/SR": 15,
         "backbone/float32/1": 90, "backbone/float32/8": 640,
         "backbone/bfloat16/1": 50, "backbone/bfloat16/8": 320,
         "head/float32/1": 30, "head/float32/8": 160,
         "head/bfloat16/1": 20, "head/bfloat16/8": 80}


def report(precision):
    runs = [{"name": f"{name}/real_time/repeats:3", "run_type": "iteration", "real_time": time + more}
            for name, time in TIMES.items() for more in (5, 0)]
    runs.append({"name": "decode/series/real_time_mean", "run_type": "aggregate", "real_time": 1})
    runs[0].update(object_bytes=2e6, max_bytes_used=1)
    runs[1].update(object_bytes=2e6, max_bytes_used=int(5e6))
    files = [{"context": {"precision_of_choice": precision, "num_cpus": 2}, "benchmarks": runs},
             {"torch": "1.13", "ms_per_image": {"backbone/bfloat16/8": 80.0}},
             {"images": 200, "send_s": 2.0, "arrival_to_stored_s": 33.5}]
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.json") for i in range(3)]
        for path, content in zip(paths, files):
            with open(path, "w") as out:
                json.dump(content, out)
        return subprocess.run([sys.executable, REPORT, *paths], check=True, capture_output=True,
                              text=True).stdout


class Report(unittest.TestCase):
    def test_names_the_largest_cost_in_the_precision_of_choice(self):
        # 200 images: decode 400, resample 100, backbone 8000, head 2000, labels 50, objects 60 ms.
        self.assertIn("Largest cost: backbone, bfloat16, 75 % of the steps' sum.", report("bfloat16"))
        self.assertIn("Largest cost: backbone, float32, 78 % of the steps' sum.", report("float32"))

    def test_takes_the_shortest_repetition_and_no_aggregate(self):
        self.assertRegex(report("bfloat16"), r"decode +2\.00 +400\.0")

    def test_gives_the_ratio_to_the_peer_per_image(self):
        self.assertRegex(report("bfloat16"), r"backbone/bfloat16/8 +40\.00 +80\.00 +0\.50")

    def test_sets_the_pictures_against_backbone_and_head(self):
        self.assertIn("Pictures (SC, SC 2, PDF, CINE) take 0.4 % of backbone and head",
                      report("bfloat16"))

    def test_sets_seg_and_sr_of_a_large_cine_against_reading_it(self):
        self.assertIn("35 % of reading and decoding it (100 ms)", report("bfloat16"))

    def test_tells_the_largest_peak_of_memory_beside_the_size_of_the_object(self):
        self.assertRegex(report("bfloat16"), r"decode/series +2\.00 +5\.00")

    def test_tells_the_time_of_the_whole_series(self):
        self.assertIn("33.5 s after the last one arrived", report("bfloat16"))


unittest.main()
