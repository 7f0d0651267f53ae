#!/bin/sh
# What the tests need beyond Python, on Debian and Ubuntu: Chromium, for the tests in a browser;
# bubblewrap and libseccomp, for the sandbox in which students' notebooks are graded; Java, for
# epubcheck. Elsewhere, install it by hand; without it those tests are skipped, and say so.
# With the word "print": TeX too, for make pdf.
set -e
packages=
command -v chromium >/dev/null || packages=chromium
command -v bwrap >/dev/null || packages="$packages bubblewrap"
dpkg -s libseccomp2 >/dev/null 2>&1 || packages="$packages libseccomp2"
command -v java >/dev/null || packages="$packages default-jre-headless"
[ "$1" != print ] || packages="$packages texlive-xetex texlive-latex-extra latexmk xindy
  texlive-fonts-recommended fonts-texgyre fonts-texgyre-math fonts-dejavu"
[ -n "$packages" ] || exit 0
[ "$(id -u)" = 0 ] || exec sudo "$0" "$@"
apt-get update -qq
# shellcheck disable=SC2086  # several words
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
