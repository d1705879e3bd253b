"""libOrthancCMR.so links no LibTorch and shows Orthanc's four functions and nothing else."""

import subprocess
import sys

EXPECTED = {"OrthancPluginInitialize", "OrthancPluginFinalize", "OrthancPluginGetName",
            "OrthancPluginGetVersion"}
BANNED = ("torch", "c10", "dcm", "ofstd", "openblas")


def main(library):
    def output(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    needed = [line.split("[")[1].rstrip("]") for line in
              output("readelf", "--dynamic", "--wide", library).splitlines() if "(NEEDED)" in line]
    problems = [f"links {name}" for name in needed if any(word in name for word in BANNED)]
    symbols = {line.split()[-1] for line in
               output("nm", "--dynamic", "--defined-only", library).splitlines()}
    if symbols != EXPECTED:
        problems.append(f"exports {sorted(symbols ^ EXPECTED)} too many or too few")
    print("\n".join(problems) or f"{library}: {', '.join(needed)}")
    return 1 if problems or not needed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
