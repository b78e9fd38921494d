"""What deploy/Dockerfile puts into the image is enough to run, as a user without rights and with nothing else on the disk."""
import os
import subprocess

import pytest
from conftest import BINARY, SOURCE


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image") / "root"
    subprocess.run([SOURCE / "deploy/image-root.sh", BINARY, folder], check=True)
    return folder


def inside(root, *arguments):
    # As the image's user where we may become it, else in a user namespace of our own.
    enter = ["chroot", "--userspec=65532:65532"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "chroot"]
    return subprocess.run([*enter, root, "/usr/bin/nephoscope", *arguments], capture_output=True, text=True)


def test_the_program_starts_alone(root):
    done = inside(root, "version")
    assert done.returncode == 0 and done.stdout.strip(), done.stderr


def test_time_zones_and_rules_are_read(root):
    rules = root / "etc/nephoscope/rules/a.yaml"
    rules.write_text("apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: threshold\n    watch: {metric: up}\n    when: {below: 1}\n")
    done = inside(root, "check", "/etc/nephoscope/rules")
    assert done.returncode == 0 and "1 rule" in done.stdout, done.stdout + done.stderr
    assert (root / "usr/share/zoneinfo/Europe/Berlin").exists()


def test_the_agent_runs_and_ends_by_itself(root):
    (root / "etc/nephoscope/agent.yaml").write_text("apiVersion: agent/v1\nlisten: 127.0.0.1:0\nexporters:\n  - kafka: {brokers: [\"127.0.0.1:9\"]}\n")
    done = inside(root, "run", "--config", "/etc/nephoscope/agent.yaml", "--for", "2s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (root / "var/lib/nephoscope").is_dir() and any((root / "var/lib/nephoscope").iterdir())


def test_nothing_else_is_in_it(root):
    assert sorted(os.listdir(root / "usr/bin")) == ["nephoscope"]
    assert not (root / "bin").exists() or not any((root / "bin").iterdir())
    assert "65532" in (root / "etc/passwd").read_text() and "root" not in (root / "etc/passwd").read_text()


def test_dockerfile_runs_as_nobody():
    lines = (SOURCE / "deploy/Dockerfile").read_text().splitlines()
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM")):]
    assert last[0] == "FROM scratch" and "USER 65532:65532" in last
