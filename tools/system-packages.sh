#!/bin/sh
# What the tests need beyond Python, on Debian and Ubuntu: Chromium, for the tests in a browser.
# Elsewhere, install it by hand; without it those tests are skipped, and say so.
set -e
command -v chromium >/dev/null && exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
