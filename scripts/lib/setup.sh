# Makes the environment and what it needs from the system. Sourced by scripts/run and scripts/test, with ROOT set.
# Everything said here goes to standard error: standard output belongs to the program.

VENV="$ROOT/.venv"
PACKAGES="$ROOT/packaging/system-packages.txt"

say() { printf "Et'al: %s\n" "$*" >&2; }
fail() { say "$*"; exit 1; }

# The stamps are copies of what the environment was made from: to compare them is all that a later start does.
environment_is_current() { # LOCK
    [ -x "$VENV/bin/python" ] && cmp -s "$ROOT/$1" "$VENV/made-from-$1"
}

system_is_checked() { # NEED…
    local need
    for need in "$@"; do cmp -s "$PACKAGES" "$VENV/checked-$need" || return 1; done
}

find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3 python3.14 python; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' >/dev/null 2>&1; then
            PYTHON=$(command -v "$candidate")
            return
        fi
    done
    fail "Python 3.11 to 3.14 is needed and none was found. On Debian or Ubuntu: $(as_root)apt-get install python3"
}

as_root() { [ "$(id -u)" = 0 ] || printf 'sudo '; }

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_install() { # PACKAGE…
    local log="$ROOT/.setup.log"
    say "Installing system packages: $*"
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null >"$log" 2>&1; then
        # The lists of a new machine are empty or old.
        say "Reading the lists of packages first."
        { DEBIAN_FRONTEND=noninteractive apt-get update </dev/null &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null; } >"$log" 2>&1 ||
            { tail -n 5 "$log" >&2; say "That did not work; all that apt-get said is in $log"; return 1; }
    fi
    rm -f "$log"
}

# One at a time: the second start waits, then finds everything done. The lock goes with file descriptor 9.
take_turn() {
    exec 9>"$ROOT/.setup.lock" || fail "Cannot write in $ROOT, where the environment is made."
    "$PYTHON" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)' 2>/dev/null && return
    say "Another start is setting things up; waiting for it."
    "$PYTHON" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
}

end_turn() { exec 9>&-; }

make_environment() { # LOCK
    environment_is_current "$1" && return
    find_python
    take_turn
    if ! environment_is_current "$1"; then
        say "Setting up in $VENV with $("$PYTHON" -V 2>&1). This happens once and needs the network."
        # Whatever an interrupted set-up left is not trusted.
        "$VENV/bin/python" -c '' 2>/dev/null || rm -rf "$VENV"
        rm -f "$VENV"/made-from-*
        if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then install_with_uv "$1"; else install_with_pip "$1"; fi
        cp "$ROOT/requirements.txt" "$VENV/made-from-requirements.txt"
        [ "$1" = requirements.txt ] || cp "$ROOT/$1" "$VENV/made-from-$1"
        say "The environment is ready."
    fi
    end_turn
}

install_with_uv() { # LOCK
    export UV_PYTHON_DOWNLOADS=never
    [ -x "$VENV/bin/python" ] || uv venv --quiet --python "$PYTHON" "$VENV" >&2 || fail "The environment could not be made in $VENV."
    say "Fetching and installing $(packages_in "$1") packages with uv."
    uv pip install --quiet --python "$VENV/bin/python" --require-hashes --compile-bytecode -r "$ROOT/$1" >&2 ||
        fail "The packages could not be installed; uv says why above. Start again when it is mended."
}

install_with_pip() { # LOCK
    have_venv
    [ -x "$VENV/bin/pip" ] || "$PYTHON" -m venv --clear "$VENV" >&2 || fail "The environment could not be made in $VENV."
    local total log="$ROOT/.setup.log"
    total=$(packages_in "$1")
    say "Fetching $total packages with pip; this takes a minute or so."
    "$VENV/bin/python" -m pip install --no-input --disable-pip-version-check --progress-bar off --require-hashes \
        -r "$ROOT/$1" 2>&1 | tee "$log" | show_progress "$total"
    if [ "${PIPESTATUS[0]}" != 0 ]; then
        grep -iE 'error|failed' "$log" | tail -n 3 >&2
        fail "The packages could not be installed; all that pip said is in $log. Start again when it is mended."
    fi
    rm -f "$log"
}

# Counts the lines in which pip takes up a package: every tenth is said, every one where a person watches.
show_progress() { # TOTAL
    local line done_count=0 total=$1
    while IFS= read -r line; do
        case $line in
            Collecting*)
                done_count=$((done_count + 1))
                if [ -t 2 ]; then printf "\rEt'al: package %d of %d " "$done_count" "$total" >&2
                elif [ $((done_count % 10)) = 0 ]; then say "package $done_count of $total"; fi ;;
            Installing\ collected*)
                [ -t 2 ] && printf '\r' >&2
                say "Installing them." ;;
        esac
    done
}

# How many packages this Python takes from a lock; the lock's own rules tell by version and system.
packages_in() { # LOCK
    "$PYTHON" - "$ROOT/$1" <<'PYTHON'
import sys

names = {line.split("==")[0] for line in open(sys.argv[1]) if "==" in line.split(" ")[0] and "win32" not in line}
print(len(names))
PYTHON
}

# Debian and Ubuntu split the modules that make an environment from Python itself.
have_venv() {
    "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    local package
    package=$("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if can_install; then apt_install "$package" || exit 1
    else fail "Python's venv module is missing. Install it with: $(as_root)apt-get install -y $package"; fi
}

missing_packages() { "$VENV/bin/python" "$ROOT/scripts/lib/system_packages.py" "$@"; }

# Installs what the system lacks, or names it in one line; answers non-zero when something is still missing.
make_system() { # NEED…
    [ "$(uname)" = Linux ] || return 0
    system_is_checked "$@" && return
    local missing need
    missing=$(missing_packages "$@")
    if [ -n "$missing" ] && can_install; then
        # Two apt-get at once disturb each other.
        find_python
        take_turn
        # shellcheck disable=SC2086 # one word for each package
        apt_install $missing || true
        end_turn
        missing=$(missing_packages "$@")
    fi
    if [ -n "$missing" ]; then
        say "System packages are missing. Install them with: $(as_root)apt-get install -y --no-install-recommends $missing"
        return 1
    fi
    for need in "$@"; do cp "$PACKAGES" "$VENV/checked-$need"; done
}
