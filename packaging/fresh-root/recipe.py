"""Carries out the steps of a container recipe in plain folders, where no container engine is at hand.

  recipe.py RECIPE CONTEXT BASE FOLDER
  recipe.py start FOLDER [NAME=VALUE...]     starts the result in the foreground, with these in its environment

BASE is a tar of what every FROM stands for. Each stage becomes a folder FOLDER/0, FOLDER/1, ...; RUN is run in
it with chroot, by /bin/sh, with the environment of the recipe alone. FOLDER/image.json says how to start the
result: its folder, user, working directory, environment and entrypoint. What this does not know is an error,
not skipped. Needs root. The caller's mount namespace is used for /proc, /dev and apt's downloads
(FOLDER/../cache/archives, if it is there), and left as it was.
"""
import glob
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOTES_ONLY = {"EXPOSE", "VOLUME", "LABEL"}


def instructions(text):
    """(NAME, arguments) of each instruction, with continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    for line in joined.splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


class Stage:
    def __init__(self, number, name, folder):
        self.number, self.name, self.folder = number, name, folder
        self.arguments, self.environment = {}, {"PATH": PATH}
        self.user, self.directory, self.entrypoint = "root", "/", None

    def inside(self, path):
        return os.path.join(self.folder, os.path.join(self.directory, path).lstrip("/"))


class Recipe:
    def __init__(self, context, base, folder):
        self.context, self.base, self.folder = context, base, folder
        self.stages = []

    @property
    def stage(self):
        return self.stages[-1]

    def carry_out(self, name, rest):
        print(f"  {name} {' '.join(rest.split())}"[:150], flush=True)
        if name in NOTES_ONLY:
            return
        step = getattr(self, "step_" + name.lower(), None)
        if step is None:
            sys.exit(f"{name} is not known here")
        step(rest)

    def step_from(self, rest):
        words = rest.split()
        label = words[2] if len(words) == 3 and words[1].upper() == "AS" else None
        if len(words) not in (1, 3) or words[0].startswith("-"):
            sys.exit(f"FROM {rest} is not known here")
        stage = Stage(len(self.stages), label, os.path.join(self.folder, str(len(self.stages))))
        os.makedirs(stage.folder)
        subprocess.run(["tar", "-C", stage.folder, "--numeric-owner", "-xpf", self.base], check=True)
        for name in ("resolv.conf", "hosts"):
            shutil.copy("/etc/" + name, os.path.join(stage.folder, "etc", name))
        self.stages.append(stage)

    def step_arg(self, rest):
        name, _, value = rest.partition("=")
        self.stage.arguments[name] = value

    def step_env(self, rest):
        for word in shlex.split(rest):
            name, _, value = word.partition("=")
            self.stage.environment[name] = value

    def step_workdir(self, rest):
        self.stage.directory = os.path.join(self.stage.directory, rest)
        os.makedirs(self.stage.inside("."), exist_ok=True)

    def step_user(self, rest):
        self.stage.user = rest

    def step_entrypoint(self, rest):
        self.stage.entrypoint = json.loads(rest)

    def step_run(self, rest):
        stage = self.stage
        if rest.startswith(("[", "-")):
            sys.exit("RUN is known in its shell form only")
        environment = {**stage.environment, **stage.arguments, "DEBIAN_FRONTEND": "noninteractive"}
        certificates = os.environ.get("NODE_EXTRA_CA_CERTS")  # of a site's own proxy
        if certificates:
            shutil.copy(certificates, os.path.join(stage.folder, "tmp", "site-certificates"))
            environment["NODE_EXTRA_CA_CERTS"] = "/tmp/site-certificates"
        places = {"proc": "/proc", "dev": "/dev"}
        archives = os.path.join(self.folder, "..", "cache", "archives")
        if os.path.isdir(archives):
            places["var/cache/apt/archives"] = archives
        mounted = []
        try:
            for place, source in places.items():
                subprocess.run(["mount", "--bind", source, os.path.join(stage.folder, place)], check=True)
                mounted.append(place)
            with open(os.path.join(self.folder, "run.log"), "w") as log:
                ended = subprocess.run(
                    ["chroot", f"--userspec={stage.user}", stage.folder, "/bin/sh", "-c",
                     f"cd {shlex.quote(stage.directory)} && {rest}"],
                    env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        finally:
            for place in reversed(mounted):
                subprocess.run(["umount", "-l", os.path.join(stage.folder, place)], check=True)
        if ended.returncode != 0:
            subprocess.run(["tail", "-n", "30", os.path.join(self.folder, "run.log")])
            sys.exit(f"the step ended with {ended.returncode}")

    def step_copy(self, rest):
        words, origin = rest.split(), self.context
        if words[0].startswith("--from="):
            wanted = words.pop(0)[len("--from="):]
            origin = next(one.folder for one in self.stages if wanted in (one.name, str(one.number)))
        if words[0].startswith("-") or len(words) < 2:
            sys.exit(f"COPY {rest} is not known here")
        target = self.stage.inside(words[-1])
        found = [path for word in words[:-1] for path in sorted(glob.glob(os.path.join(origin, word.lstrip("/"))))]
        if not found:
            sys.exit(f"COPY: there is no {' '.join(words[:-1])}")
        for path in found:
            if os.path.isdir(path):
                shutil.copytree(path, target, symlinks=True, dirs_exist_ok=True)
                continue
            into_folder = words[-1].endswith("/")
            os.makedirs(target if into_folder else os.path.dirname(target), exist_ok=True)
            shutil.copy(path, target)


def start(folder, *values):
    with open(os.path.join(folder, "image.json")) as text:
        image = json.load(text)
    for place in ("proc", "dev"):
        target = os.path.join(image["folder"], place)
        if not os.listdir(target):
            subprocess.run(["mount", "--rbind", "/" + place, target], check=True)
    environment = {**image["environment"], **dict(value.split("=", 1) for value in values)}
    command = f"cd {shlex.quote(image['directory'])} && exec {shlex.join(image['entrypoint'])}"
    os.execvpe("chroot", ["chroot", f"--userspec={image['user']}:{image['user']}", image["folder"],
                          "/bin/sh", "-c", command], environment)


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "start":
        start(*sys.argv[2:])
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    recipe_path, context, base, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    recipe = Recipe(context, base, folder)
    with open(recipe_path) as text:
        for name, rest in instructions(text.read()):
            recipe.carry_out(name, rest)
    last = recipe.stage
    with open(os.path.join(folder, "image.json"), "w") as out:
        json.dump({"folder": last.folder, "user": last.user, "directory": last.directory,
                   "environment": last.environment, "entrypoint": last.entrypoint}, out)


if __name__ == "__main__":
    main()
