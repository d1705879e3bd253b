"""Many small series through a real Orthanc: do memory, descriptors and latency stay flat?

  soak.py [--series 2000] [--every 100] [--csv soak.csv]

Prints a row for every so many series; plot.py draws them. Needs the environment that
tests/integration/CMakeLists.txt sets.
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

from dicom_file import write_series  # noqa: E402
from orthanc_server import OrthancServer  # noqa: E402

COLUMNS = ("series", "seconds", "archive MiB", "archive fds", "worker MiB", "worker fds",
           "wait ms", "fetch ms", "analyze ms", "store ms", "jobs db KiB")
STAGES = ("wait", "fetch", "analyze", "store")
IN_FLIGHT = 50


def resident_mib(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def descriptors(process):
    return len(list(pathlib.Path(f"/proc/{process}/fd").iterdir()))


def stage_totals(server):
    """{stage: (seconds, count)} since the start."""
    text = server.call("GET", "/cmr/metrics")[2].decode()

    def value(suffix, stage):
        return float(re.search(rf'^cmr_stage_seconds_{suffix}{{stage="{stage}"}} (\S+)$', text,
                               re.MULTILINE).group(1))
    return {stage: (value("sum", stage), value("count", stage)) for stage in STAGES}


def means_ms(now, before):
    means = []
    for stage in STAGES:
        count = now[stage][1] - before[stage][1]
        means.append(1000 * (now[stage][0] - before[stage][0]) / count if count else 0)
    return means


def row(server, series, begin, totals, before):
    archive, worker = server.process.pid, server.worker_process()
    database = server.folder / "jobs" / "cmr-jobs.sqlite"
    return (series, time.monotonic() - begin, resident_mib(archive), descriptors(archive),
            resident_mib(worker), descriptors(worker), *means_ms(totals, before),
            database.stat().st_size / 1024)


def done(server):
    return server.get("/cmr/status")["jobs"]["done"]


def write_csv(path, rows):
    lines = [",".join(COLUMNS)] + [",".join(f"{value:.3f}" for value in each) for each in rows]
    path.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=2000)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--csv", type=pathlib.Path)
    arguments = parser.parse_args()
    server = OrthancServer()
    # Orthanc keeps files that were read, 128 MiB of them as it ships: a leak would hide behind it.
    server.own["MaximumStorageCacheSize"] = 1
    rows = []
    begin = time.monotonic()
    try:
        server.start()
        before = stage_totals(server)
        print("".join(f"{name:>13}" for name in COLUMNS))
        for number in range(1, arguments.series + 1):
            folder = pathlib.Path(tempfile.mkdtemp(prefix="cmr-soak-", dir=server.folder))
            study = f"1.2.3.{10000 + number}"
            server.send(write_series(folder, study=study, series=f"{study}.1"))
            shutil.rmtree(folder)
            server.wait(lambda: done(server) >= number - IN_FLIGHT, "the queue to keep up")
            if number % arguments.every:
                continue
            server.wait(lambda: done(server) == number, "all jobs")
            totals = stage_totals(server)
            rows.append(row(server, number, begin, totals, before))
            before = totals
            print("".join(f"{value:13.1f}" for value in rows[-1]), flush=True)
            if arguments.csv:  # each time: whoever ends a long run early keeps what it measured
                write_csv(arguments.csv, rows)
    finally:
        server.dispose()


if __name__ == "__main__":
    main()
