#!/usr/bin/env bash
# Has a browser use the admin console of the running service.
#
# Usage: tests/browser/run.sh RUNNER [TEST_FILE…]
# RUNNER is the built `klue-scim`; each file of tests starts one, on a free port and with a new data folder.
# Without Chromium it is installed. CHROMIUM=/path/to/chromium has another one used. Pictures are put into target/browser.
set -euo pipefail
here=$(dirname "$0")
KLUE_SCIM=$(realpath "$1")
shift

install="apt-get install --yes --no-install-recommends chromium"
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo=$(command -v sudo || true)
  if ! command -v apt-get > /dev/null || { [ "$(id -u)" != 0 ] && [ -z "$sudo" ]; }; then
    echo "There is no Chromium. Install it as root: $install" >&2
    exit 1
  fi
  echo "Installing Chromium…"
  $sudo apt-get update -qq
  $sudo $install > /dev/null
  CHROMIUM=$(command -v chromium)
fi

rm -rf "$here/../../target/browser"
export KLUE_SCIM CHROMIUM
[ $# -gt 0 ] || set -- "$here"/*.test.js
exec node --test --test-reporter spec "$@"
