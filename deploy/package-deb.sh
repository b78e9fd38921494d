#!/usr/bin/env bash
# Builds a Debian package of a program that was built:  package-deb.sh NEPHOSCOPE OUT_DIR
# In it: the program, the systemd unit, a configuration to begin with, and the user that the unit runs as. The same program gives the same
# bytes. Installing starts nothing: it says what to do next.
set -euo pipefail
binary="$(readlink -f "${1:?NEPHOSCOPE}")" out="$(readlink -f "${2:?OUT_DIR}")"
here="$(cd "$(dirname "$0")" && pwd)"
version="$("$binary" version | awk '{print $2; exit}')"
architecture="$(dpkg --print-architecture)"
: "${SOURCE_DATE_EPOCH:=$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH

root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
install -D -m 755 "$binary" "$root/usr/bin/nephoscope"
strip "$root/usr/bin/nephoscope"
install -D -m 644 "$here/systemd/nephoscope.service" "$root/lib/systemd/system/nephoscope.service"
install -D -m 644 "$here/systemd/agent.yaml" "$root/etc/nephoscope/agent.yaml"
install -d -m 755 "$root/etc/nephoscope/rules"
install -D -m 644 "$here/../LICENSE" "$root/usr/share/doc/nephoscope/copyright"
install -d "$root/usr/lib/sysusers.d"
echo 'u nephoscope - "Nephoscope" /var/lib/nephoscope' >"$root/usr/lib/sysusers.d/nephoscope.conf"

# Packages of the shared objects that the program loads. A library may be known by its place before /lib became a link to /usr/lib.
objects="$(ldd "$binary" | grep -o '/[^ ]*' | xargs readlink -f)"
# shellcheck disable=SC2086
packages="$( (dpkg -S $objects ${objects//\/usr\/lib/\/lib} 2>/dev/null || true) | cut -d: -f1 | sort -u | paste -sd, | sed 's/,/, /g')"

mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: nephoscope
Version: $version
Architecture: $architecture
Maintainer: Nephoscope <nephoscope@example.com>
Section: net
Priority: optional
Depends: $packages, ca-certificates, tzdata, systemd
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)
Description: watches bills, metrics and health checks, and alerts the owner
 Nephoscope reads cloud bills, metrics and health checks, evaluates rules that
 are written in YAML, and sends alerts to Kafka, Alertmanager or its log.
END
echo /etc/nephoscope/agent.yaml >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemd-sysusers nephoscope.conf
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
  if [ -z "$2" ]; then
    echo "nephoscope: put rules into /etc/nephoscope/rules, then: systemctl enable --now nephoscope"
  elif [ -d /run/systemd/system ]; then
    systemctl try-restart nephoscope.service
  fi
fi
END
cat >"$root/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now nephoscope.service; fi
END
cat >"$root/DEBIAN/postrm" <<'END'
#!/bin/sh
set -e
# The database stays on remove; purge takes it.
if [ "$1" = purge ]; then rm -rf /var/lib/nephoscope; fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
END
chmod 755 "$root"/DEBIAN/{postinst,prerm,postrm}
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zgzip -z6 --build "$root" "$out/nephoscope_${version}_${architecture}.deb"
