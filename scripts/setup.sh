#!/bin/sh
# Sets up all that sram-spice needs: ngspice from the system's packages, a virtual environment.
# Does nothing where everything is there already. `setup.sh run` leaves out what only tests need.
set -eu
cd "$(dirname "$0")/.."
extra=dev
[ "${1:-}" != run ] || extra=table
venv=${VENV:-.venv}
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

install_packages() {
    if command -v apt-get >/dev/null; then
        say "installing $* with apt-get"
        command="sudo apt-get update && sudo apt-get install -y $*"
        { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null; } || {
            say "error: $* cannot be installed from here; please run:  $command"
            exit 3
        }
    else
        say "error: please install these packages with your system's package manager: $*"
        exit 3
    fi
}

have_library() {
    [ -n "${NGSPICE_LIBRARY_PATH:-}" ] && return 0
    { /sbin/ldconfig -p 2>/dev/null || ldconfig -p 2>/dev/null; } | grep -q 'libngspice\.so' && return 0
    [ -e /opt/homebrew/lib/libngspice.dylib ] || [ -e /usr/local/lib/libngspice.dylib ]
}

if [ "$(uname -s)" = Darwin ]; then
    have_library && command -v ngspice >/dev/null || {
        command -v brew >/dev/null || { say "error: please install Homebrew, then run:  brew install ngspice libngspice"; exit 3; }
        brew install ngspice libngspice
    }
elif ! have_library || ! command -v ngspice >/dev/null; then
    install_packages ngspice libngspice0
fi

# install_for_tests COMMAND PACKAGE: without it the tests on it are skipped.
install_for_tests() {
    if [ "$extra" != dev ] || [ "$(uname -s)" != Linux ] || command -v "$1" >/dev/null || ! command -v apt-get >/dev/null; then
        return 0
    fi
    say "installing $2 with apt-get"
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >/dev/null; } ||
        say "note: $2 cannot be installed from here; the tests on it are skipped"
}
install_for_tests iverilog iverilog # runs the SystemVerilog model
install_for_tests chromium chromium # opens the reports

command -v "$python" >/dev/null || { say "error: $python is not installed (3.11 or newer is needed)"; exit 3; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "error: $("$python" --version) is too old; sram-spice needs 3.11 or newer:  make PYTHON=python3.12"
    exit 3
}
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
fresh() { [ -e "$venv/.installed-$1" ] && [ ! pyproject.toml -nt "$venv/.installed-$1" ]; }
if ! fresh dev && ! fresh "$extra"; then
    say "installing the Python packages into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e ".[$extra]"
    touch "$venv/.installed-$extra"
fi
