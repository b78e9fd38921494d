"""deploy/quickstart as the README writes it: from the sources to the first alerts, and it ends by itself. Slow: it builds the release."""
import re
import subprocess

from conftest import SOURCE


def test_twenty_seconds():
    done = subprocess.run(["deploy/quickstart", "--for", "20s"], cwd=SOURCE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "not real money" in done.stderr
    assert "http://127.0.0.1:9464/metrics" in done.stdout
    for sentence in (r"^(WARNING|CRITICAL): \S+ has spent [\d,.]+ USD of [\d,.]+ USD", r"is usual", r"the example service does not answer", r"the agent sees [\d,.]+ series"):
        assert re.search(sentence, done.stdout, re.M), f"no alert says: {sentence}\n{done.stdout[-3000:]}"


def test_a_bill_that_is_not_there():
    done = subprocess.run(["deploy/quickstart", "/nowhere/bill.csv"], cwd=SOURCE, capture_output=True, text=True)
    assert done.returncode == 2 and "cannot read the bill /nowhere/bill.csv" in done.stderr
