"""Rule files of 4 MiB that nobody wrote to be read: each is refused with a code, within 64 MiB of data."""
import re
import resource
import subprocess
import time

import pytest
from conftest import BINARY

SIZE = 4 << 20
REPEATED = {
    "colons in one line": ": ", "aliases in one line": "*a ", "tags in one line": "! ", "dashes in one line": "- ", "quotes": '" ', "percent signs": "%",
    "brackets in lines": "[\n", "dashes in lines": "-\n", "colons in lines": ": \n", "questions in lines": "? \n", "aliases in lines": "*a\n",
    "tags in lines": "!\n", "empty maps": "- {}\n", "keys in lines": "a:\n", "anchors in lines": "- &a\n", "comments": "#\n", "documents": "---\n",
}
FILES = {name: unit * (SIZE // len(unit)) for name, unit in REPEATED.items()}
FILES["a brace and commas in one line"] = "{" + "a," * ((SIZE - 1) // 2)
FILES["a brace and commas in lines"] = "{\n" + "a,\n" * ((SIZE - 2) // 3)
FILES["a bracket of brackets"] = "a: [" + "[],\n" * ((SIZE - 6) // 4) + "]\n"
# Read in two halves, and then again.
FILES["a list of brackets that two read"] = "apiVersion: rules/v1\nrules:\n" + "  - [a,a,a,a,a,a,a,a,a,a,a,a,a]\n" * ((SIZE // 2 - 30) // 32)
FILES["rules without end"] = "apiVersion: rules/v1\nrules:\n" + "  - {alert: A, kind: threshold}\n" * ((SIZE - 30) // 32)


def in_little_memory():
    """For the child: what it allocates beyond this fails. (Its ru_maxrss would count the memory of the process that starts it.)"""
    resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))


@pytest.mark.parametrize("name", FILES)
def test_hostile_file(tmp_path, name):
    path = tmp_path / "rules.yaml"
    path.write_text(FILES[name])
    begun = time.monotonic()
    done = subprocess.run([BINARY, "check", path], capture_output=True, text=True, preexec_fn=in_little_memory, timeout=60)
    said = done.stdout + done.stderr
    print(f"{name}: {time.monotonic() - begun:.2f} s")
    assert done.returncode == 1, said[:2000]
    assert re.search(r"rules\.yaml:\d+:\d+ error\[R\d+\]", said), said[:2000]
