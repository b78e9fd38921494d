"""Rules change while the agent runs: by file, by signal, by HTTP; a bad file never replaces a good one."""
import os
import signal

import requests
from conftest import wait_for

RULE = "apiVersion: rules/v1\nrules:\n  - alert: {name}\n    kind: threshold\n    watch: {{metric: up}}\n    when: {{below: 1}}\n"


def names(one):
    return sorted(rule["name"] for rule in one.get("/api/v1/rules").json()["data"]["rules"])


def test_saved_file_signal_and_http(agent):
    one = agent("", {"a.yaml": RULE.format(name="First")})
    path = one.folder / "rules/a.yaml"
    path.write_text(RULE.format(name="Saved"))
    wait_for(lambda: names(one) == ["Saved"], 10, "the saved rule")
    one.process.send_signal(signal.SIGHUP)
    answer = requests.post(f"http://127.0.0.1:{one.port}/-/reload", timeout=5)
    assert answer.status_code == 200 and "1 rule from 1 file" in answer.text


def test_bad_file_keeps_the_last_good_one(agent):
    one = agent("", {"a.yaml": RULE.format(name="Good"), "b.yaml": RULE.format(name="Other")})
    (one.folder / "rules/a.yaml").write_text(RULE.format(name="Bad").replace("when:", "wehn:"))
    wait_for(lambda: "config_reload_ok{file=\"" in one.get("/metrics").text and "rules/a.yaml\"} 0" in one.get("/metrics").text, 10, "the refusal")
    assert names(one) == ["Good", "Other"]
    assert "last good version" in one.log
    answer = requests.post(f"http://127.0.0.1:{one.port}/-/reload", timeout=5)
    assert answer.status_code == 422 and 'did you mean "when"' in answer.text


def test_config_map_swap(agent, tmp_path):
    one = agent("", {})
    rules = one.folder / "rules"
    for version in ("v1", "v2"):
        (rules / f"..{version}").mkdir()
        (rules / f"..{version}/a.yaml").write_text(RULE.format(name=version.upper()))
    os.symlink("..v1", rules / "..data")
    os.symlink("..data/a.yaml", rules / "a.yaml")
    wait_for(lambda: names(one) == ["V1"], 10, "the mounted rule")
    os.symlink("..v2", rules / "..data_tmp")
    os.rename(rules / "..data_tmp", rules / "..data")
    wait_for(lambda: names(one) == ["V2"], 10, "the swapped rule")
