"""`nephoscope schema`: it accepts and refuses what the reader does, and an editor completes, explains and complains by it."""
import json
import subprocess

import core_yaml
import jsonschema
import pytest
import yaml
from conftest import BINARY, SOURCE
from editor import Editor

# What no schema can know, by code. A file of the corpus may pass the schema only for one of these reasons.
BEYOND_A_SCHEMA = {
    "R008": "keys that stand twice are gone once YAML is read (editors tell them by themselves)",
    "R012": "tags are gone once YAML is read",
    "R013": "curly quotes are letters of a text",
    "R014": "no-break spaces are letters of a text",
    "R017": "texts are texts: {{ x }} is allowed in them by YAML",
    "R107": "values, points and from of a test exclude each other",
    "R204": "whether a bare number lacks a unit depends on the metric, or on what the rule watches",
    "R207": "the base currency stands elsewhere",
    "R211": "regular expressions are RE2's",
    "R213": "3 of 5 can hold and 5 of 3 cannot: two numbers in one text are compared",
    "R215": "whether a unit fits depends on the metric",
    "R216": "names are compared with what is made of them",
    "R301": "a name that is nearly a provider's is not one",
    "R302": "other rules and files",
    "R303": "other rules and files",
    "R310": "places in texts depend on `by`",
    "R311": "places in texts",
    "R312": "places in texts",
    "R320": "other rules",
    "R321": "other rules",
    "R322": "what other rules are grouped by",
    "R401": "which words compare is the kind's own logic",
    "R402": "levels are compared with each other",
    "R405": "the kind's own logic",
    "R407": "how many labels `by` has, and whether a list is empty, is compared with who is expected",
    "R455": "which metrics a type of resource has is in the catalogue",
    "R456": "two numbers are compared",
    "R463": "two days are compared",
    "R501": "phrases are texts",
    "R502": "what a series of a test is follows from the rule",
    "R503": "lengths and rhythms in one test are compared",
    "R504": "moments are texts; the lines of a test are told apart by their keys",
    "R505": "other rules and files",
    "R507": "other files",
    "R603": "the order of a list",
    "R606": "other files",
    "R610": "amounts are compared with the rates of the settings",
    "R604": "the zones are the IANA list",
}


def schema_of(what):
    done = subprocess.run([BINARY, "schema", what], capture_output=True, text=True, check=True)
    schema = json.loads(done.stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    return schema


@pytest.fixture(scope="module")
def rules():
    return jsonschema.Draft7Validator(schema_of("rules"))


def read_by_us(path):
    done = subprocess.run([BINARY, "check", "--json", path], capture_output=True, text=True)
    return [d["code"] for d in json.loads(done.stdout)["diagnostics"] if d["severity"] == "error"]


def read_by_schema(validator, path):
    try:
        return [error.message for error in validator.iter_errors(core_yaml.load(path.read_text(encoding="utf-8")))]
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        return [str(error)]


def is_rules(path):
    return b"apiVersion: agent/" not in path.read_bytes()


def bad_files():
    return [path for path in sorted((SOURCE / "tests/diagnostics").glob("*.yaml")) if is_rules(path)]


def good_files():
    places = ("tests/scenarios/*.rules.yaml", "deploy/starter/rules/*.yaml", "rules/packs/**/*.yaml", "rules/packs/**/*.yml")
    return [path for place in places for path in sorted(SOURCE.glob(place)) if is_rules(path) and not path.stem.endswith("_test") and not read_by_us(path)]


def test_good_rules_pass(rules):
    assert len(good_files()) >= 5
    assert {path.name: problems for path in good_files() if (problems := read_by_schema(rules, path))} == {}


def test_the_example_of_each_kind_passes(rules):
    kinds = schema_of("rules")["definitions"]["rule"]["properties"]["kind"]["enum"]
    assert len(kinds) >= 5
    for kind in kinds:
        example = subprocess.run([BINARY, "help", kind], capture_output=True, text=True, check=True).stdout.split("\nexample:\n")[1]
        document = core_yaml.load("apiVersion: rules/v1\nrules:\n" + "".join(f"  {line}\n" for line in example.splitlines()))
        assert [error.message for error in rules.iter_errors(document)] == [], kind


def test_bad_rules_are_refused_but_for_the_reasons_listed(rules):
    used = set()
    for path in bad_files():
        codes, problems = read_by_us(path), read_by_schema(rules, path)
        if not codes:  # warnings alone
            assert problems == [], path.name
        elif not problems:
            assert set(codes) <= set(BEYOND_A_SCHEMA), f"{path.name}: {codes} pass the schema"
            used |= set(codes)
    assert set(BEYOND_A_SCHEMA) - used == set(), "these need no excuse any more"


def test_most_bad_files_are_refused_by_the_schema_as_well(rules):
    refused = [path for path in bad_files() if read_by_us(path) and read_by_schema(rules, path)]
    assert len(refused) >= 60


def test_configurations(tmp_path):
    validator = jsonschema.Draft7Validator(schema_of("config"))
    head = "apiVersion: agent/v1\n"
    rows = {
        "the smallest": (head, True),
        "collectors and exporters": (head + "collectors:\n  - focus: {files: [a.csv], every: 1h}\nexporters:\n  - stdout: {}\n", True),
        "a reference for a number": (head + "evaluators: ${CORES:-2}\nlog: {level: \"${LEVEL:-info}\"}\n", True),
        "an unknown key": (head + "colectors: []\n", False),
        "two parts in one entry": (head + "collectors:\n  - {focus: {files: [a.csv]}, prometheus: {targets: [x]}}\n", False),
        "no part in an entry": (head + "exporters:\n  - {}\n", False),
        "a duration without a unit": (head + "collectors:\n  - focus: {files: [a.csv], every: 60}\n", False),
        "a word that is no choice": (head + "log: {level: loud}\n", False),
        "too many": (head + "evaluators: 100000\n", False),
    }
    for what, (text, good) in rows.items():
        path = tmp_path / "agent.yaml"
        path.write_text(text)
        assert (read_by_us(path) == []) == good, what
        assert (read_by_schema(validator, path) == []) == good, what
    for path in (SOURCE / "deploy/starter/agent.yaml",):
        assert read_by_schema(validator, path) == []


@pytest.fixture(scope="module")
def editor(tmp_path_factory):
    schema = tmp_path_factory.mktemp("schema") / "rules.schema.json"
    schema.write_text(json.dumps(schema_of("rules")))
    made = Editor()
    made.modeline = f"# yaml-language-server: $schema={schema.as_uri()}\n"
    yield made
    made.close()


def test_an_editor_tells_one_problem_for_one_slip(editor):
    good = editor.modeline + "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: budget\n    watch: {cost: effective}\n    budget: {period: month, amount: 10 USD}\n    when: {actual: 80%}\n"
    assert editor.open("file:///good.yaml", good) == []
    rows = {
        "amuont": (good.replace("amount:", "amuont:"), "amuont", 6),
        "kind": (good.replace("kind: budget", "kind: bugdet"), "budget", 4),
        "percent": (good.replace("80%", "8O%"), "percentage", 7),
    }
    for what, (text, says, line) in rows.items():
        problems = editor.open(f"file:///{what}.yaml", text)
        assert len(problems) == 1, (what, problems)
        assert says in problems[0]["message"], problems
        assert problems[0]["range"]["start"]["line"] == line, problems


def test_an_editor_completes_keys_kinds_and_metrics(editor):
    text = editor.modeline + "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: budget\n    \n  - alert: B\n    kind: \n  - alert: C\n    kind: threshold\n    watch:\n      metric: aws.rds.\n"
    editor.open("file:///complete.yaml", text)
    keys = editor.complete("file:///complete.yaml", 5, 4)
    assert {"budget", "watch", "when", "levels", "notify"} <= set(keys)
    assert "anomaly" not in keys
    assert {"budget", "threshold"} <= set(editor.complete("file:///complete.yaml", 7, 10))
    assert "aws.rds.cpu_utilization" in editor.complete("file:///complete.yaml", 11, 22)


def test_an_editor_explains_a_key(editor):
    text = editor.modeline + "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: threshold\n    keep_firing_for: 5m\n"
    editor.open("file:///hover.yaml", text)
    assert "stays firing" in editor.hover("file:///hover.yaml", 5, 8)
