"""C-STORE throughput and latency of a real Orthanc without the plugin, with it idle, and with it busy.

  store_throughput.py [--repetitions 5] [--images 400] [--clients 2] [--modes off idle busy]

Idle: the plugin looks at every series that arrives and leaves it alone (its rules do not match a CT).
Busy: its worker computes a real series with the network that ships meanwhile, niced as it ships; while
the others have their turn it stands still (SIGSTOP).
They take turns in a new order each time, as a machine's speed drifts: many short turns on one that has
other work to do. Needs the environment that tests/integration/CMakeLists.txt sets, and storescu.
"""

import argparse
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

from dicom_file import CT_IMAGE, write_series  # noqa: E402
from orthanc_server import OrthancServer  # noqa: E402

MODES = ("off", "idle", "busy")
SIZE = 256  # pixels, a usual cine frame
WARM_UP = 20
STUDIES = [f"1.2.3.{9000 + client}" for client in range(64)]  # one for each client
# storescu's own clock on every line: seconds, then milliseconds with their fraction.
LOG = """log4cplus.rootLogger = INFO, out
log4cplus.appender.out = log4cplus::ConsoleAppender
log4cplus.appender.out.layout = log4cplus::PatternLayout
log4cplus.appender.out.layout.ConversionPattern = %D{%s %Q} %m%n
"""
LINE = re.compile(r"^(\d+) (\d+(?:\.\d+)?) (Sending Store Request|Received Store Response)")


def write_images(folder, images, clients):
    """One study with one series of plain images for each client."""
    lists = []
    for client in range(clients):
        study = STUDIES[client]
        lists.append(write_series(folder / str(client), study=study, series=f"{study}.1",
                                  slices=range(images // clients), phases=1, Modality="CT",
                                  SOPClassUID=CT_IMAGE, Rows=SIZE, Columns=SIZE,
                                  PixelData=bytes(2 * SIZE * SIZE)))
    return lists


def latencies_ms(log):
    """From each request to its answer."""
    times = []
    sent = None
    for line in log.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        moment = 1000 * int(found[1]) + float(found[2])
        if found[3].startswith("Sending"):
            sent = moment
        elif sent is not None:
            times.append(moment - sent)
            sent = None
    return times


def store(server, lists):
    """Seconds until every client has sent its images, and how long each image took in ms."""
    logging = server.folder / "storescu-log.cfg"
    logging.write_text(LOG)
    begin = time.perf_counter()
    senders = [subprocess.Popen(["storescu", "-lc", str(logging), "127.0.0.1",
                                 str(server.dicom_port), *map(str, paths)], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for paths in lists]
    logs = [sender.communicate()[0] for sender in senders]
    seconds = time.perf_counter() - begin
    if any(sender.returncode for sender in senders):
        raise SystemExit(f"storescu: {logs[0][-500:]}")
    return seconds, [each for log in logs for each in latencies_ms(log)]


class Archive:
    """An Orthanc in one of the modes, for all turns: each sends the same images, which go afterwards."""

    def __init__(self, mode, warm_up):
        package = pathlib.Path(os.environ["CMR_PACKAGES"]) / "starter"
        real = {"package": package, "worker": os.environ["CMR_PROGRAM"]} if mode == "busy" else {}
        self.is_busy = mode == "busy"
        # While others have their turn the worker stands still, and nobody is to mind.
        self.server = OrthancServer(settings={"JobDeadlineSeconds": 86400,
                                              "StartDeadlineSeconds": 3600,
                                              "SilenceLimitSeconds": 3600}, **real)
        self.server.start(with_plugin=mode != "off")
        store(self.server, [warm_up])
        if self.is_busy:
            series = pathlib.Path(os.environ["CMR_DEMO_DATA"]) / "SCD0000301"
            self.server.send(sorted(series.glob("*.dcm")), "-xt")
            self.wait_until_it_computes()
            self.signal_worker(signal.SIGSTOP)

    def wait_until_it_computes(self):
        deadline = time.monotonic() + 1800
        while not any(job["progress"] > 0.05 for job in self.computing()):
            for job in self.server.jobs("?state=done"):
                self.server.call("POST", f"/cmr/jobs/{job['id']}/retry", b"")
            if time.monotonic() > deadline:
                raise SystemExit(f"the worker does not compute: {self.server.log()[-500:]}")
            time.sleep(0.5)

    def computing(self):
        return self.server.jobs("?state=leased")

    def signal_worker(self, number):
        process = self.server.worker_process()
        if process <= 0:
            raise SystemExit(f"there is no worker: {self.server.log()[-500:]}")
        os.kill(process, number)

    def measure(self, lists):
        """Images per second, and how long each took."""
        if self.is_busy:
            self.signal_worker(signal.SIGCONT)
            self.wait_until_it_computes()
        seconds, times = store(self.server, lists)
        if self.is_busy:
            if not self.computing():
                print("  the analysis ended before the last image was sent", file=sys.stderr)
            self.signal_worker(signal.SIGSTOP)
        for study in self.server.get("/studies?expand"):
            if study["MainDicomTags"]["StudyInstanceUID"] in STUDIES:
                self.server.call("DELETE", f"/studies/{study['ID']}")
        return sum(map(len, lists)) / seconds, times

    def dispose(self):
        if self.is_busy:
            self.signal_worker(signal.SIGCONT)
        self.server.dispose()


def percentile(values, part):
    return sorted(values)[min(int(part * len(values)), len(values) - 1)]


def report(modes, rates, times):
    print(f"{'plugin':8}{'images/s (median)':>20}{'least':>10}{'most':>10}"
          f"{'of off (median of pairs)':>28}{'quartiles':>16}{'p50 ms':>10}{'p99 ms':>10}")
    for mode in modes:
        ratios = [rate / off for rate, off in zip(rates[mode], rates["off"])]
        quartiles = f"{percentile(ratios, 0.25):.3f}-{percentile(ratios, 0.75):.3f}"
        print(f"{mode:8}{statistics.median(rates[mode]):20.1f}{min(rates[mode]):10.1f}"
              f"{max(rates[mode]):10.1f}{statistics.median(ratios):28.3f}{quartiles:>16}"
              f"{percentile(times[mode], 0.5):10.2f}{percentile(times[mode], 0.99):10.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    arguments = parser.parse_args()
    modes = ["off"] + [mode for mode in MODES if mode in arguments.modes and mode != "off"]
    rates = {mode: [] for mode in modes}
    times = {mode: [] for mode in modes}
    with tempfile.TemporaryDirectory() as folder:
        lists = write_images(pathlib.Path(folder), arguments.images, arguments.clients)
        warm_up = write_series(pathlib.Path(folder) / "warm", study="1.2.3.8", series="1.2.3.8.1",
                               slices=range(WARM_UP), phases=1, Modality="CT", SOPClassUID=CT_IMAGE)
        archives = {}
        try:
            for mode in modes:
                archives[mode] = Archive(mode, warm_up)
            for repetition in range(arguments.repetitions):
                for mode in random.Random(repetition).sample(modes, len(modes)):
                    rate, latencies = archives[mode].measure(lists)
                    rates[mode].append(rate)
                    times[mode] += latencies
                print(f"turn {repetition + 1}: " + ", ".join(
                    f"{mode} {rates[mode][-1]:.1f}/s" for mode in modes), file=sys.stderr, flush=True)
        finally:
            for archive in archives.values():
                archive.dispose()
    report(modes, rates, times)


if __name__ == "__main__":
    main()
