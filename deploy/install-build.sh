#!/usr/bin/env bash
# Installs what the build needs from Debian's packages. Safe to run twice: what is there is left alone.
set -euo pipefail

packages=(build-essential cmake ninja-build ccache pkg-config git ca-certificates tzdata
          prometheus-cpp-dev librdkafka-dev libyaml-cpp-dev libabsl-dev libboost-dev libboost-test-dev libre2-dev
          libcurl4-openssl-dev libssl-dev libsimdjson-dev nlohmann-json3-dev libsqlite3-dev libcli11-dev
          libspdlog-dev libfmt-dev zlib1g-dev "$@")

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "build: all ${#packages[@]} packages are installed"
  exit 0
fi

echo "build: installing ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
