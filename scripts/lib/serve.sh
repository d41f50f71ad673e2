# Sourced by scripts that talk to a running server: a served founding timeline. Sourcing it makes the folder
# `$dir`, which goes with the script, and sets the traps that stop the server however the script ends.
#
#     build_server              brings the debug binary up to date
#     start_server DATABASE_URL sets `url` once the server is ready; the log is $dir/log
#     stop_server               fails when the server does not end well
#     python_tools VENV FILE    a virtual environment with the packages of a requirements file
#     needs COMMAND PACKAGE     a program, which root is given by Debian's package of it where it is missing
#     fail WORDS…               says why and ends the script
#
# A script that has more to clean up defines `also_clean_up`.
# shellcheck shell=bash

script=${0##*/}
server=

fail() {
  echo "$script: $*" >&2
  exit 1
}

# Made anew when the requirements change.
python_tools() {
  if ! cmp -s "$2" "$1/installed.txt"; then
    rm -rf "$1"
    python3 -m venv "$1" || fail "Python 3.11 or later with its venv module is needed (Debian: python3-venv)"
    "$1/bin/pip" install --quiet --disable-pip-version-check --no-input -r "$2" </dev/null
    cp "$2" "$1/installed.txt"
  fi
}

needs() {
  if ! command -v "$1" >/dev/null && ((EUID == 0)) && command -v apt-get >/dev/null; then
    apt-get update </dev/null >&2 || true # a stale list may still do
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$2" </dev/null >&2 || true
  fi
  command -v "$1" >/dev/null || fail "$1 is needed (Debian: $2)"
}

build_server() {
  "${CARGO:-cargo}" build --locked </dev/null
}

start_server() {
  # Before the server is started, so that the words of an earlier one are not taken for its own.
  : >"$dir/log"
  DATABASE_URL=$1 MARCHLINE_BIND=127.0.0.1:0 MARCHLINE_RATE_LIMIT=off RUST_LOG=info \
    env -u MARCHLINE_CONFIG "${CARGO_TARGET_DIR:-target}/debug/marchline" serve --demo \
    </dev/null >"$dir/log" 2>&1 &
  server=$!

  # The server takes any free port and says which.
  url=
  for _ in {1..600}; do
    url=$(sed -nE 's|.*listening on (http://127\.0\.0\.1:[0-9]+).*|\1|p' "$dir/log" | head -n 1)
    [[ $url ]] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  python3 - "$url/readyz" <<'PYTHON' || {
import sys, time, urllib.request

for _ in range(300):
    try:
        urllib.request.urlopen(sys.argv[1], timeout=5)
        sys.exit(0)
    except OSError:
        time.sleep(0.2)
    except ValueError:
        break
sys.exit(1)
PYTHON
    cat "$dir/log" >&2
    fail "the server did not become ready; its log is above"
  }
}

stop_server() {
  local stopped=$server
  server=
  kill -TERM "$stopped" 2>/dev/null || true
  for _ in {1..200}; do
    kill -0 "$stopped" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$stopped" 2>/dev/null || true
  wait "$stopped" || {
    echo "$script: the server did not end well when asked to stop" >&2
    return 1
  }
}

# shellcheck disable=SC2317 # reached through the trap alone
also_clean_up() { :; }

# shellcheck disable=SC2317
clean_up() {
  local status=$?
  trap '' HUP INT TERM
  if [[ $server ]]; then
    stop_server || status=1
  fi
  also_clean_up || status=1
  rm -rf "$dir"
  exit "$status"
}
dir=$(mktemp -d "${TMPDIR:-/tmp}/marchline-$script.XXXXXX")
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
