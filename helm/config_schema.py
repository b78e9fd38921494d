#!/usr/bin/env python3
"""Puts the agent's own description of its configuration into values.schema.json.

  config_schema.py NEPHOSCOPE

One description: Helm refuses what `nephoscope schema config` does not have.
tests/integration/test_helm.py compares them.
"""

import json
import pathlib
import subprocess
import sys

SCHEMA = pathlib.Path(__file__).parent / "nephoscope/values.schema.json"
SET_BY_THE_CHART = ("apiVersion", "data_dir", "listen", "admin", "rules")


def described(binary):
    """Returns the schema of `config` and the definitions that it refers to."""
    printed = subprocess.run(
        [binary, "schema", "config"], capture_output=True, text=True, check=True
    ).stdout
    agent = json.loads(printed)
    config = {
        "type": "object",
        "description": "The agent's own file, without the keys that the chart sets: "
        + ", ".join(SET_BY_THE_CHART)
        + ".",
        "additionalProperties": False,
        "properties": {
            key: value for key, value in agent["properties"].items() if key not in SET_BY_THE_CHART
        },
    }
    definitions = {
        key: value for key, value in agent["definitions"].items() if key not in SET_BY_THE_CHART
    }
    return config, definitions


def main():
    schema = json.loads(SCHEMA.read_text())
    schema["properties"]["config"], schema["definitions"] = described(sys.argv[1])
    SCHEMA.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
