"""Detection knows nothing ahead: NAB cut at 60 %, and in another order, gives the same events; and scores do not rot."""

import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get("NEPHOSCOPE_SHARED", os.path.join(ROOT, "..", "shared"))


@pytest.mark.skipif(not os.path.isdir(os.path.join(SHARED, "data", "nab")), reason="../shared is not there")
def test_nab_is_judged_without_looking_ahead():
    done = subprocess.run(
        [sys.executable, os.path.join(ROOT, "bench", "detection", "nab.py"), "--shared", SHARED,
         "--binary", os.environ["NEPHOSCOPE_BINARY"], "low", "defaults", "ahead"],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DIFFERENT" not in done.stdout
    lines = done.stdout.splitlines()
    for line, least in ((lines[0], (73, 62, 78)), (lines[1], (66, 50, 73))):
        scores = [float(word) for word in line.replace("/", " ").split() if word.replace(".", "").replace("-", "").isdigit()][:3]
        assert all(score >= must for score, must in zip(scores, least)), line
