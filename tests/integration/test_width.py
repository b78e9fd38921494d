"""What people read in a terminal fits 80 columns: help, skeletons, findings (but for the quoted lines), lists, sentences."""
import re
import subprocess

import pytest
from conftest import BINARY, SOURCE

COLUMNS = 80


def run(*arguments, stdin="", folder=None):
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, cwd=folder)


def too_wide(text):
    """Lines beyond the edge, without quoted source, nor a word that is longer than a line."""
    return [line for line in text.splitlines() if len(line) > COLUMNS and not re.match(r" *\d+ \| | +\| ", line) and max(map(len, line.split())) < 60]


def names():
    return [line.split()[0] for line in run("new").stdout.splitlines() if not line.startswith(" ")]


def words():
    listed = run("help", "nothing-is-called-so").stderr.split("one of:")[1].split()
    return [word for word in listed if word != "nothing-is-called-so"]


def test_every_word_that_help_offers_has_help_that_fits():
    assert {"receivers", "maintenance", "calendars", "settings", "agent", "rule", "budget", "focus", "kafka"} <= set(words())
    for word in words():
        done = run("help", word)
        assert done.returncode == 0, word
        # An example that is quoted (four spaces) is a rule, and stays as it is.
        assert too_wide(done.stdout) == [], word


def test_every_code_is_explained_in_lines_that_fit():
    codes = sorted(set(re.findall(r'\{"([RAL]\d{3})",', (SOURCE / "rules/language/tables/codes.cc").read_text())))
    assert len(codes) > 100
    for code in codes:
        explained = run("help", code).stdout.split("\nwrong:")[0]
        assert explained and too_wide(explained) == [], code


@pytest.mark.parametrize("name", names())
def test_what_new_prints_fits_and_is_accepted(name, tmp_path):
    text = run("new", name).stdout
    assert too_wide(text) == []
    (tmp_path / "rules").mkdir()  # that new agent names
    (tmp_path / "rules" / "budget.yaml").write_text(run("new", "budget").stdout)
    done = run("check", "-", stdin=text, folder=tmp_path)
    assert done.returncode == 0, done.stdout


def test_findings_fit():
    files = sorted((SOURCE / "tests/diagnostics").glob("*.yaml"))
    for file in files:
        assert too_wide(run_in(file)) == [], file.name


def run_in(file):
    return subprocess.run([BINARY, "check", "--say", file.name], cwd=file.parent, capture_output=True, text=True).stdout


def test_lists_and_the_usage_fit():
    for arguments in (["metrics"], ["metrics", "rds"], ["new"], ["--help"], *([command, "--help"] for command in ("run", "check", "test", "backtest", "fmt", "new", "metrics", "import", "export", "schema", "help"))):
        assert too_wide(run(*arguments).stdout) == [], arguments


def test_a_check_of_nothing_is_no_good_answer(tmp_path):
    def check(*paths):
        done = run("check", *paths)
        return done.returncode, "there are no rules in" in " ".join(done.stderr.split())

    assert check(tmp_path) == (1, True)
    (tmp_path / "rules.txt").write_text("apiVersion: rules/v1\n")
    assert check(tmp_path) == (1, True)
    (tmp_path / "empty.yaml").write_text("apiVersion: rules/v1\nrules: []\n")
    assert check(tmp_path) == (1, True)
    (tmp_path / "teams/web").mkdir(parents=True)
    (tmp_path / "teams/web/rules.yaml").write_text(run("new", "threshold").stdout)
    assert check(tmp_path) == (0, False)
    assert "2 files, 1 rule" in run("check", tmp_path).stdout
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "settings.yaml").write_text(run("new", "settings").stdout)
    assert check(settings) == (0, False)
