"""One table from a benchmark run: cost per step and per series, the ratio to the peer, and which
step costs most.

usage: report.py BENCH.json PEER.json [TIMING.json]
"""
import json
import sys


OBJECTS = ("SEG", "SR", "SC", "SC 2", "PDF", "CINE")  # what is stored where no rule says otherwise
PICTURES = ("SC", "SC 2", "PDF", "CINE")


def load(path):
    with open(path) as source:
        return json.load(source)


def best_times(bench):
    """Name without decorations -> the shortest real time of its repetitions, in ms."""
    times = {}
    for run in bench["benchmarks"]:
        if run.get("run_type") != "iteration":
            continue
        name = run["name"].replace("/real_time", "").split("/repeats:")[0]
        times[name] = min(run["real_time"], times.get(name, float("inf")))
    return times


def peaks(bench):
    """(object, MB of it, MB of memory that writing it took at most), by the largest repetition."""
    found = {}
    for run in bench["benchmarks"]:
        if "object_bytes" not in run or "max_bytes_used" not in run:
            continue
        name = run["name"].split("/real_time")[0]
        peak = max(run["max_bytes_used"], found.get(name, (0, 0))[1])
        found[name] = (run["object_bytes"], peak)
    return [(name, size / 1e6, peak / 1e6) for name, (size, peak) in found.items()]


def tell_large_series(times):
    if "large/decode" not in times:
        return
    written, read = times["large/SEG"] + times["large/SR"], times["large/decode"]
    print(f"A cine of 12 slices and 25 phases, uncompressed: SEG {times['large/SEG']:.1f} and SR "
          f"{times['large/SR']:.1f} ms, {100 * written / read:.0f} % of reading and decoding it "
          f"({read:.0f} ms); half at most is meant.\n")


def tell_peaks(bench):
    rows = peaks(bench)
    if not rows:
        return
    print(f"{'written':<28}{'object, MB':>14}{'peak, MB':>10}")
    for name, size, peak in rows:
        print(f"{name:<28}{size:>14.2f}{peak:>10.2f}")
    print()


def steps_of_a_series(times, precision, images):
    """(step, ms per image or None, ms per series) for the precision of choice and batches of 8."""
    per_image = {
        "decode": times["decode/series"] / images,
        "resample": times["resample/crop"],
        f"backbone, {precision}": times[f"backbone/{precision}/8"] / 8,
        f"head, {precision}": times[f"head/{precision}/8"] / 8,
        "labels onto the source": times["resample/labels"],
    }
    steps = [(name, ms, ms * images) for name, ms in per_image.items()]
    return steps + [(f"write {kind}", None, times[f"write/{kind}"]) for kind in OBJECTS]


def main():
    bench, peer = load(sys.argv[1]), load(sys.argv[2])
    timing = load(sys.argv[3]) if len(sys.argv) > 3 else None
    times = best_times(bench)
    precision = bench["context"]["precision_of_choice"]
    images = timing["images"] if timing else 200

    print(f"Shortest times, {bench['context']['num_cpus']} processors, precision of choice: "
          f"{precision}\n")
    print(f"{'step':<28}{'ms per image':>14}{'ms per series':>15}{'share':>8}")
    steps = steps_of_a_series(times, precision, images)
    total = sum(step[2] for step in steps)
    for name, one, whole in steps:
        each = "" if one is None else f"{one:.2f}"
        print(f"{name:<28}{each:>14}{whole:>15.1f}{100 * whole / total:>7.1f}%")
    print(f"{'sum of the steps':<28}{'':>14}{total:>15.1f}\n")
    inference = sum(whole for name, _, whole in steps if name.startswith(("backbone", "head")))
    pictures = sum(times[f"write/{kind}"] for kind in PICTURES)
    print(f"Pictures ({', '.join(PICTURES)}) take {100 * pictures / inference:.1f} % of backbone and "
          "head; a tenth at most is meant.\n")
    name, _, whole = max(steps, key=lambda step: step[2])
    print(f"Largest cost: {name}, {100 * whole / total:.0f} % of the steps' sum.\n")

    tell_large_series(times)
    tell_peaks(bench)
    print(f"{'backbone and head':<28}{'ms per image':>14}{'peer':>10}{'ratio':>8}")
    for step in ("backbone", "head"):
        for kind in ("float32", "bfloat16"):
            for batch in (1, 8):
                key = f"{step}/{kind}/{batch}"
                own, other = times[key] / batch, peer["ms_per_image"].get(key)
                versus = "" if other is None else f"{other:>10.2f}{own / other:>8.2f}"
                print(f"{key:<28}{own:>14.2f}{versus}")
    print(f"Peer: the same forward pass in python3-torch {peer['torch']}; a ratio below 1 means that "
          "we are faster.")
    if timing:
        print(f"\nWhole series: {timing['images']} images sent in {timing['send_s']:.1f} s, results "
              f"stored {timing['arrival_to_stored_s']:.1f} s after the last one arrived\n"
              "(with the archive's wait for stability, the worker's start and the first look).")


if __name__ == "__main__":
    main()
