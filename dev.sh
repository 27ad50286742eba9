#!/bin/sh
# Sets up what is missing, then does one thing. Works from a bare Debian (git, a shell, root or sudo).
#   sh dev.sh run     the program on demo data; without a screen it walks through the main job by itself
#   sh dev.sh test    lint, layer rules, all tests (words after it go to pytest)
#   sh dev.sh bench   the measurements
#   sh dev.sh faults  the fault matrix (--sweep full: every point; --markdown FILE: write down what was seen)
#   sh dev.sh setup   only the set-up for run; "setup test" for the tests' too
#   sh dev.sh lock    refresh requirements.lock from pyproject.toml (--upgrade: newest of everything)
set -eu
cd "$(dirname "$0")"

# Debian package = what shows that it is there on any system: a command, or a shared library.
python_packages='python3=python3 python3-venv=python3'
run_packages='libgl1=libGL.so.1 libegl1=libEGL.so.1 libfontconfig1=libfontconfig.so.1 libdbus-1-3=libdbus-1.so.3
  libxkbcommon0=libxkbcommon.so.0 libglib2.0-0=libglib-2.0.so.0 libxkbcommon-x11-0=libxkbcommon-x11.so.0
  libxcb-cursor0=libxcb-cursor.so.0 libxcb-icccm4=libxcb-icccm.so.4 libxcb-keysyms1=libxcb-keysyms.so.1
  libxcb-shape0=libxcb-shape.so.0 libxcb-xkb1=libxcb-xkb.so.1 libwayland-cursor0=libwayland-cursor.so.0
  libwayland-egl1=libwayland-egl.so.1 libpulse0=libpulse.so.0 libcups2=libcups.so.2 cups-client=lp libzbar0=libzbar.so.0'
screen_packages='xvfb=Xvfb xauth=xauth'
test_packages='dbus=dbus-daemon postgresql=initdb strace=strace cups-daemon=cupsd cups-ipp-utils=ippeveprinter
  cups-filters=foomatic-rip at-spi2-core=libatspi.so.0 matchbox-window-manager=matchbox-window-manager ibus=ibus-daemon ibus-unikey=ibus
  default-jre-headless=java libpdfbox2-java=java libactivation-java=java libjaxb-api-java=java
  libjaxb-java=java'

say() { printf '%s\n' "$*" >&2; }

is_there() { # debian-package=probe
  if [ "$system" = debian ]; then
    dpkg-query -W -f='${db:Status-Status}\n' "${1%%=*}" "${1%%=*}t64" 2>/dev/null | grep -qx installed
    return
  fi
  case ${1#*=} in
    *.so.*) ldconfig -p 2>/dev/null | grep -qF "${1#*=}" ;;
    *) PATH="$PATH:/usr/sbin:/sbin" command -v "${1#*=}" >/dev/null ;;
  esac
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

system_packages() { # entries…
  system=other
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then system=debian; fi
  missing=
  for entry; do is_there "$entry" || missing="$missing ${entry%%=*}"; done
  [ -n "$missing" ] || return 0
  if [ "$system" = other ] || { [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; }; then
    say "Missing, please install (names as in Debian):$missing"
    say "Còn thiếu, xin cài đặt (tên theo Debian):$missing"
    exit 2
  fi
  say "Installing system packages:$missing"
  case " $missing " in *' postgresql '*)
    # The tests start servers of their own: installing PostgreSQL need not start one on this machine.
    as_root mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/counter-app.conf >/dev/null ;;
  esac
  as_root apt-get update -qq
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

find_python() {
  for python in "${PYTHON:-python3}" /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
    "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
  done
  return 1
}

# uv does not read pip's configuration: hand it the index, certificate and proxy that pip uses here.
uv_like_pip() {
  export UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"
  settings=$(.venv/bin/python -m pip config list 2>/dev/null) || settings=
  for pair in index-url=UV_DEFAULT_INDEX cert=SSL_CERT_FILE trusted-host=UV_INSECURE_HOST proxy=ALL_PROXY; do
    value=
    for section in global install :env:; do
      found=$(printf '%s\n' "$settings" | sed -n "s/^$section\\.${pair%%=*}='\\(.*\\)'\$/\\1/p")
      value=${found:-$value}
    done
    eval "already=\${${pair#*=}:-}"
    # shellcheck disable=SC2154 # set by eval
    if [ -n "$value" ] && [ -z "$already" ]; then export "${pair#*=}=$value"; fi
  done
}

setup() { # packages…
  find_python || set -- "$python_packages" "$@"
  # shellcheck disable=SC2048,SC2086 # lists of words
  system_packages $*
  find_python || { say 'Python 3.11 or newer (with venv) is needed. Cần Python 3.11 trở lên (có venv).'; exit 2; }
  stamp="$PWD $(cat requirements.lock pyproject.toml | cksum)"
  if [ "$(cat .venv/stamp 2>/dev/null)" = "$stamp" ] && .venv/bin/python -c '' 2>/dev/null; then return; fi
  say 'Setting up .venv (first time: about a minute)'
  .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
  uv_like_pip
  # uv itself comes out of the lock, checked by its hash, like everything else.
  sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^ *--hash/p;}' requirements.lock >.venv/uv.txt
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
  .venv/bin/uv pip install -q --python .venv --require-hashes -r requirements.lock ||
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
  .venv/bin/uv pip install -q --python .venv --no-deps --no-build-isolation --offline -e .
  printf '%s\n' "$stamp" >.venv/stamp
}

# Qt and the field's texts want UTF-8, whatever the machine's locale.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *UTF-8 | *utf8) ;; *) export LC_ALL=C.UTF-8 ;; esac

task=${1:-}
[ $# = 0 ] || shift
case $task in
  run)
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
      setup "$run_packages"
      exec .venv/bin/counter-app demo "$@"
    fi
    setup "$run_packages" "$screen_packages"
    exec xvfb-run -a -s '-screen 0 1366x768x24' .venv/bin/counter-app demo --walk "$@" ;;
  test)
    setup "$run_packages" "$screen_packages" "$test_packages"
    .venv/bin/ruff check .
    .venv/bin/lint-imports
    cores=$(getconf _NPROCESSORS_ONLN)
    [ "$cores" -ge 2 ] || cores=2
    [ "$cores" -le 4 ] || cores=4
    exec .venv/bin/python -m pytest -n "$cores" --dist loadgroup --no-loadscope-reorder "$@" ;;
  faults)
    setup "$run_packages" "$screen_packages" "$test_packages"
    exec .venv/bin/python -m tests.faults "$@" ;;
  bench)
    setup "$run_packages" "$screen_packages"
    exec .venv/bin/python -m benchmarks "$@" ;;
  setup)
    if [ "${1:-}" = test ]; then setup "$run_packages" "$screen_packages" "$test_packages"; else setup "$run_packages"; fi ;;
  lock)
    setup "$run_packages"
    uv_like_pip
    .venv/bin/uv pip compile -q --universal --generate-hashes --no-header --all-extras --python-version 3.11 \
      "$@" pyproject.toml -o requirements.lock
    setup "$run_packages" ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2 ;;
esac
