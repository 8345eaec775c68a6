#!/usr/bin/env bash
# A real S3 server for the tests, over a directory: s3s-fs from crates.io, which
# checks signatures.
#
#   scripts/s3-server.sh start DIRECTORY   prints MIL_TEST_S3 and MIL_TEST_S3_DIR
#   scripts/s3-server.sh stop DIRECTORY
#
# The program is built once and kept in MIL_TOOLS or ~/.cache/mil-tools.
set -euo pipefail

version=0.14.1
tools=${MIL_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/mil-tools}
dir=$2

case $1 in
start)
  if [[ "$("$tools/bin/s3s-fs" --version 2>/dev/null)" != *"$version" ]]; then
    cargo install --quiet --locked --debug --force --root "$tools" --features binary --version $version s3s-fs >&2
  fi
  mkdir -p "$dir/buckets"
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    "$tools/bin/s3s-fs" --host 127.0.0.1 --port $port --access-key mil --secret-key 'a key that nobody guesses' \
      "$dir/buckets" >"$dir/log" 2>&1 &
    echo $! >"$dir/pid"
    for _ in $(seq 100); do
      if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        printf "MIL_TEST_S3=http://127.0.0.1:%s\nMIL_TEST_S3_DIR='%s/buckets'\n" $port "$dir"
        exit 0
      fi
      kill -0 "$(<"$dir/pid")" 2>/dev/null || break # the port was taken
      sleep 0.1
    done
  done
  cat "$dir/log" >&2
  exit 1
  ;;
stop)
  kill "$(<"$dir/pid")" 2>/dev/null || true
  ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
  ;;
esac
