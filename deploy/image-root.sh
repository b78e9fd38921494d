#!/usr/bin/env bash
# Lays out the root of the image:  image-root.sh BINARY DIR
# In it: the program, the shared objects that it loads, certificates, time zones, and a user without a password. No shell, no package manager.
set -euo pipefail
binary="${1:?BINARY}" root="${2:?DIR}"

mkdir -p "$root"/{etc/nephoscope/rules,etc/ssl/certs,usr/bin,usr/share,var/lib/nephoscope,tmp}
install -m 755 "$binary" "$root/usr/bin/nephoscope"

# Each object at the path where the loader looks for it. What the program only opens by name while it runs is not in ldd's list:
# OpenSSL's own modules (legacy, engines) are not used, name resolution is part of Debian 12's libc.
ldd "$binary" | grep -o '/[^ ]*' | while read -r object; do install -D -m 755 "$(readlink -f "$object")" "$root$object"; done

cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cp -r /usr/share/zoneinfo "$root/usr/share/"
rm -rf "$root"/usr/share/zoneinfo/{right,posix}
echo 'nephoscope:x:65532:65532::/var/lib/nephoscope:/nonexistent' >"$root/etc/passwd"
echo 'nephoscope:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
chmod 1777 "$root/tmp"
[ "$(id -u)" -ne 0 ] || chown -R 65532:65532 "$root/var/lib/nephoscope"
