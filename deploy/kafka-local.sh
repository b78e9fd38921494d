#!/usr/bin/env bash
# A single Kafka node (KRaft) on loopback:  kafka-local.sh start DIR PORT  |  kafka-local.sh stop DIR
# Ready when `start` returns. Its files and its log are in DIR; `stop` ends the process that `start` made, nothing else.
set -euo pipefail
libs="${NEPHOSCOPE_CACHE:-$HOME/.cache/nephoscope}/kafka-4.1.1"

start() {
  local dir="$1" port="$2" controller id
  controller=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir -p "$dir"
  cat >"$dir/server.properties" <<CONFIG
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/log
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
CONFIG
  if [ ! -e "$dir/log/meta.properties" ]; then
    id=$(java -cp "$libs/*" kafka.tools.StorageTool random-uuid 2>/dev/null)
    java -cp "$libs/*" kafka.tools.StorageTool format -t "$id" -c "$dir/server.properties" >"$dir/format.log" 2>&1 || { tail -5 "$dir/format.log" >&2; exit 1; }
  fi
  java -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$libs/*" kafka.Kafka "$dir/server.properties" >"$dir/server.log" 2>&1 &
  echo $! >"$dir/pid"
  for _ in $(seq 1 120); do
    kill -0 "$(cat "$dir/pid")" 2>/dev/null || { echo "kafka ended:" >&2; tail -20 "$dir/server.log" >&2; exit 1; }
    kcat -b "127.0.0.1:$port" -L -m 1 >/dev/null 2>&1 && return 0
    sleep 0.25
  done
  echo "kafka did not come up in 30 s:" >&2
  tail -20 "$dir/server.log" >&2
  exit 1
}

stop() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 1 80); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.25; done
  kill -9 "$pid" 2>/dev/null || true
}

case "${1:-}" in
  start) start "${2:?DIR}" "${3:?PORT}" ;;
  stop) stop "${2:?DIR}" ;;
  *) sed -n '2,3p' "$0" | sed 's/^# //' >&2; exit 2 ;;
esac
