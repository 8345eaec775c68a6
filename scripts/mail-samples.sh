#!/usr/bin/env bash
# Fetch real messages to test with: the test data of mail packages of Debian, by
# name. Prints the directory. What is there already is not fetched again.
set -euo pipefail
dir=${1:-${TMPDIR:-/tmp}/mil-mail-samples}
if [ -e "$dir/complete" ]; then echo "$dir"; exit; fi
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# Sources from the mirror that this machine uses, without touching its settings.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 -v security || true)
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
echo "deb-src $mirror $codename main" > "$work/sources.list"
mkdir -p "$work/lists/partial"
settings=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
apt-get "${settings[@]}" update >&2

python=$(apt-cache pkgnames libpython3 | grep -E '^libpython3\.[0-9]+-testsuite$' | sort -V | tail -1)
(cd "$work" && apt-get download -qq "$python" >&2 && dpkg-deb -x "$python"_*.deb "source-$python")
for package in notmuch php-horde-mime libmail-deliverystatus-bounceparser-perl libemail-folder-perl \
  libemail-simple-perl libmime-tools-perl libemail-mime-perl; do
  (cd "$work" && apt-get "${settings[@]}" source --download-only "$package" >&2) || true # a part is enough
  mkdir -p "$work/source-$package"
  for archive in "$work"/*.orig*.tar.*; do
    [ -e "$archive" ] && [ "${archive%.asc}" = "$archive" ] || continue
    tar -xf "$archive" -C "$work/source-$package"
  done
  rm -f "$work"/*.tar.* "$work"/*.dsc
done

# Keep every file that begins like a message.
find "$work"/source-* -type f -size -2000k | LC_ALL=C sort | while read -r file; do
  if head -c 4000 "$file" | grep -aqiE '^(Received|Return-Path|From|Date|MIME-Version|Message-ID|Content-Type|Subject): ' \
    && head -1 "$file" | grep -aqE '^(From |>From |[A-Za-z][A-Za-z0-9-]*: )'; then
    cp "$file" "$dir/$(echo "${file#"$work/source-"}" | tr '/ ' '__')"
  fi
done
touch "$dir/complete"
echo "$dir"
