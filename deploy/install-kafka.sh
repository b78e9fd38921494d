#!/usr/bin/env bash
# Installs a real Apache Kafka for tries and tests: Java, Maven and kcat from Debian, Kafka's jars into the cache. Safe to run twice.
set -euo pipefail
cd "$(dirname "$0")"
cache="${NEPHOSCOPE_CACHE:-$HOME/.cache/nephoscope}"

wanted=(kcat python3)
command -v java >/dev/null || wanted+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || wanted+=(maven)
missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "kafka: installing ${missing[*]}"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
if [ -e "$cache/kafka-4.1.1/.complete" ]; then
  echo "kafka: 4.1.1 is in $cache/kafka-4.1.1"
  exit 0
fi
echo "kafka: fetching Apache Kafka 4.1.1 into $cache/kafka-4.1.1"
mkdir -p "$cache/kafka-4.1.1"
mvn -q -B -f kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$cache/kafka-4.1.1"
touch "$cache/kafka-4.1.1/.complete"
