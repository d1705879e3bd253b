"""What the documents say is true: links lead somewhere, commands and options exist, quoted messages stand in
the sources, keys of the configuration are known.

usage: documents_test.py SOURCES CMR
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT, CMR = sys.argv[1:3]
DOCUMENTS = sorted(glob.glob(ROOT + "/docs/*.md") + glob.glob(ROOT + "/packaging/**/README.md", recursive=True) +
                   [ROOT + "/README.md"])
MODEL_CARDS = sorted(glob.glob(ROOT + "/models/*/MODEL_CARD.md"))
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
SUBCOMMANDS_OF_TWO = {"models", "phantom", "rules", "worklist"}


def text_of(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def anchors(path):
    """As GitHub makes them from headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.*)$", BLOCK.sub("", text_of(path)), re.MULTILINE):
        words = re.sub(r"[`*]|\[(.*?)\]\(.*?\)", r"\1", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", words).replace(" ", "-"))
    return found


def links(path):
    prose = re.sub(r"`[^`]*`", "", BLOCK.sub("", text_of(path)))
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def commands(path):
    """Every `cmr ...` in code: a block's line, an indented line or between backticks, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", text_of(path))
    pieces = []
    for block in BLOCK.findall(text):
        pieces += block.splitlines()
    prose = BLOCK.sub("", text)
    pieces += [line for line in prose.splitlines() if line.startswith("    ")]
    pieces += re.findall(r"`([^`\n]*)`", prose)
    for piece in pieces:
        found = re.match(r"\s*(?:\$ |# )?(?:\S*/)?cmr ([a-z].*)$", piece)
        if found:
            yield re.split(r"\s{2,}|\s#\s|[|;&]", found.group(1).strip())[0]


def literals(path):
    """The text of string literals in a source file; neighbours are one, as for the compiler."""
    source = re.sub(r"^\s*//.*$", "", text_of(path), flags=re.MULTILINE)
    joined = re.sub(r'"\s*\n?\s*"', "", source)
    return "\n".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', joined)).replace('\\"', '"')


def help_of(words, known={}):
    key = tuple(words)
    if key not in known:
        asked = subprocess.run([CMR, *words, "--help"], capture_output=True, text=True, check=False)
        known[key] = asked.stdout if asked.returncode == 0 else ""
    return known[key]


def options_in(text):
    return set(re.findall(r"(?<![\w-])(--?[A-Za-z][\w-]*)", text))


class Documents(unittest.TestCase):
    def test_links_lead_to_files_and_headings(self):
        checked = 0
        for path in DOCUMENTS:
            for link in links(path):
                if re.match(r"[a-z]+:", link):
                    continue
                checked += 1
                name, _, anchor = link.partition("#")
                target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
                with self.subTest(document=os.path.relpath(path, ROOT), link=link):
                    self.assertTrue(os.path.exists(target), "there is no such file")
                    if anchor:
                        self.assertIn(anchor, anchors(target))
        self.assertGreater(checked, 50)

    def test_pictures_are_shown_somewhere(self):
        shown = {os.path.basename(link) for path in DOCUMENTS + MODEL_CARDS for link in links(path)}
        for picture in os.listdir(ROOT + "/docs/images"):
            self.assertIn(picture, shown)

    def test_commands_and_options_exist(self):
        checked = 0
        for path in DOCUMENTS + MODEL_CARDS:
            for command in commands(path):
                words = command.split()
                asked = words[:2] if words[0] in SUBCOMMANDS_OF_TWO and len(words) > 1 else words[:1]
                with self.subTest(document=os.path.relpath(path, ROOT), command=command):
                    text = help_of(asked)
                    self.assertNotEqual(text, "", "there is no such subcommand")
                    known = options_in(text)
                    for word in words[len(asked):]:
                        option = re.match(r"\[?(--?[A-Za-z][\w-]*)", word)
                        if option:
                            checked += 1
                            self.assertIn(option.group(1), known)
        self.assertGreater(checked, 50)

    def test_quoted_messages_stand_in_the_sources(self):
        """In troubleshooting.md what is between « and » is what a person sees; … stands for what varies."""
        said = "\n".join(literals(path) for folder in ("config", "plugin", "dicom_sr", "analysis", "cli", "models")
                         for path in glob.glob(f"{ROOT}/{folder}/**/*.cpp", recursive=True) +
                         glob.glob(f"{ROOT}/{folder}/*.h"))
        said += "\n" + "\n".join(text_of(path) for path in glob.glob(ROOT + "/plugin/app/*"))
        said += "\n" + text_of(ROOT + "/config/default-rules.json")
        squeezed = re.sub(r"\s+", " ", said)
        quotes = re.findall(r"«(.*?)»", text_of(ROOT + "/docs/troubleshooting.md"), re.DOTALL)
        for quote in quotes:
            for part in re.split(r"…", re.sub(r"\s+", " ", quote)):
                part = part.strip()
                with self.subTest(quote=quote, part=part):
                    self.assertTrue(part in squeezed, "no source says so")
        self.assertGreater(len(quotes), 20)

    def test_every_key_of_the_worklist_stands_in_the_conformance_statement(self):
        source = re.sub(r"\s+", " ", text_of(ROOT + "/plugin/worklist_attributes.h"))
        said = text_of(ROOT + "/docs/dicom-conformance.md")
        keys = re.findall(r'Worklist(?:Attribute|CodePart)\{"(\w+)", "([0-9a-f,]+)"', source)
        self.assertGreater(len(keys), 20)
        for keyword, tag in keys:
            with self.subTest(key=keyword):
                line = next((one for one in said.splitlines() if f"`{keyword}`" in one), "")
                self.assertIn(f"({tag.upper()})", line)

    def test_scripts_that_are_named_exist(self):
        checked = 0
        for path in DOCUMENTS:
            for name in re.findall(r"(?<![\w/])((?:packaging|tests|models|config)/[\w./-]+\.(?:sh|py|json|js|mjs|cpp))",
                                   text_of(path)):
                checked += 1
                with self.subTest(document=os.path.relpath(path, ROOT), script=name):
                    self.assertTrue(os.path.exists(f"{ROOT}/{name}"))
        self.assertGreater(checked, 10)


    def test_explanation_in_the_rules_page_is_what_the_program_says(self):
        page = text_of(ROOT + "/docs/routing-rules.md")
        rules = next(block for block in BLOCK.findall(page) if '"scouts"' in block)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(rules.split("\n", 1)[1].rsplit("\n", 1)[0])
            file.flush()
            said = subprocess.run([CMR, "rules", "explain", file.name, ROOT + "/packaging/demo-data/SCD0000301"],
                                  capture_output=True, text=True, check=True).stdout
        self.assertIn("has it analysed", said)
        self.assertIn(said.strip(), page)


def routes():
    """(verb, path) of every route in the table of docs/rest.md; `/drain` after `/cmr/queue/pause` is its neighbour."""
    for row in re.findall(r"^\| (`(?:GET|POST|PUT|DELETE).*?) \|", text_of(ROOT + "/docs/rest.md"), re.MULTILINE):
        verbs, path = [], ""
        for piece in re.findall(r"`([^`]*)`", row):
            verb, _, rest = piece.partition(" ")
            if verb.startswith("/"):
                rest = verb if verb.startswith("/cmr/") else path.rsplit("/", 1)[0] + verb
            elif path:
                verbs, path = [verb], ""
            else:
                verbs.append(verb)
            if rest:
                path = rest
                yield from ((one, path) for one in verbs)


class AuthorizationSample(unittest.TestCase):
    """The settings for Orthanc's authorization plugin, which Debian does not have, against the table of routes."""

    # What docs/rest.md says of roles.
    VIEWED = {("POST", "/cmr/rules/check"), ("POST", "/cmr/series/{id}/explain")}
    ADMINISTERED = {("GET", "/cmr/audit"), ("PUT", "/cmr/rules"), ("POST", "/cmr/rules/reload"),
                    ("PUT", "/cmr/models/default"), ("DELETE", "/cmr/models/default")}

    def setUp(self):
        self.text = text_of(ROOT + "/packaging/authorization/orthanc-authorization.json")
        self.permissions = json.loads(re.sub(r"^\s*//.*$", "", self.text, flags=re.MULTILINE))["Authorization"]["Permissions"]

    def first_that_fits(self, verb, path):
        address = re.sub(r"\{\w+\}", "0a1b2c3d", path)
        return next((rule for rule in self.permissions if rule[0] == verb.lower() and re.search(rule[1], address)), None)

    def test_every_route_takes_the_permission_of_its_role(self):
        found = set(routes())
        self.assertGreater(len(found), 35)
        self.assertLessEqual(self.VIEWED | self.ADMINISTERED, found)
        for verb, path in sorted(found):
            wanted = ("all|settings" if (verb, path) in self.ADMINISTERED else
                      "all|view" if verb == "GET" or (verb, path) in self.VIEWED else "all|edit")
            with self.subTest(verb=verb, path=path):
                self.assertEqual((self.first_that_fits(verb, path) or [None])[-1], wanted)

    def test_every_pattern_decides_some_route(self):
        deciding = [self.first_that_fits(verb, path) for verb, path in routes()]
        for rule in self.permissions:
            self.assertIn(rule, deciding)

    def test_it_says_that_nobody_has_tried_it(self):
        self.assertIn("UNTESTED", self.text)
        self.assertIn("untested", text_of(ROOT + "/docs/configuration.md"))


class Manual(unittest.TestCase):
    """cmr(1) and the completion hold every subcommand and every option that the program has."""

    @staticmethod
    def everything():
        subcommands = re.findall(r"^  ([a-z]+) ", help_of([]).split("Subcommands:")[1], re.MULTILINE)
        for name in subcommands:
            below = help_of([name]).partition("Subcommands:")[2]
            second = re.findall(r"^  ([a-z]+) ", below, re.MULTILINE)
            yield from ([name, other] for other in second) if second else [[name]]

    def test_manual_names_every_option_of_every_subcommand(self):
        page = text_of(ROOT + "/packaging/debian/cmr.1").replace("\\-", "-")
        sections = dict(re.findall(r"^\.SS \"?(.*?)\"?$\n(.*?)(?=^\.S[SH])", page, re.MULTILINE | re.DOTALL))
        checked = 0
        for words in self.everything():
            name = " ".join(words)
            with self.subTest(subcommand=name):
                self.assertIn(name, sections)
                wanted = options_in("\n".join(re.findall(r"^  (-.*?)(?:  |$)", help_of(words), re.MULTILINE)))
                self.assertEqual(wanted - {"-h", "--help"} - options_in(sections[name]), set())
                checked += len(wanted)
        self.assertGreater(checked, 100)

    def test_completion_offers_every_option(self):
        script = (f"source {ROOT}/packaging/debian/cmr.bash-completion; "
                  "COMP_WORDS=(cmr $1 --); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cmr; "
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        environment = dict(os.environ, PATH=os.path.dirname(CMR) + ":" + os.environ["PATH"])
        for words in self.everything():
            offered = subprocess.run(["bash", "-c", script, "bash", " ".join(words)], env=environment,
                                     capture_output=True, text=True, check=True).stdout.split()
            wanted = {option for option in options_in("\n".join(
                re.findall(r"^  (-.*?)(?:  |$)", help_of(words), re.MULTILINE))) if option.startswith("--")}
            self.assertEqual(wanted - set(offered), set(), " ".join(words))

    def test_completion_offers_the_words_that_an_option_takes(self):
        script = (f"source {ROOT}/packaging/debian/cmr.bash-completion; "
                  "COMP_WORDS=(cmr evaluate --mask-edges s); COMP_CWORD=3; _cmr; "
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        environment = dict(os.environ, PATH=os.path.dirname(CMR) + ":" + os.environ["PATH"])
        offered = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True,
                                 check=True).stdout.split()
        self.assertEqual(offered, ["stored", "sunnybrook"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
