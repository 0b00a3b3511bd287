# shellcheck shell=bash
# shellcheck disable=SC2034  # what is set here is used by those who source it
# Shared by the commands in this folder: where things are and how a step is shown.
# Source it, then call `use_odoo`; see CONTRIBUTING.md for the variables it reads.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DOKSTAMP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dokstamp-connector}
LOCAL_SOCKET=/var/run/postgresql # Debian's; psycopg2's wheel would look elsewhere
TOOLS_PYTHON=$CACHE/tools-venv/bin/python
QUEUE_JOB=$CACHE/queue-job # OCA's, beside Odoo
export PGHOST=${PGHOST:-$LOCAL_SOCKET}
if [[ $PGHOST == "$LOCAL_SOCKET" && -z ${PGPORT:-} ]] && command -v pg_lsclusters >/dev/null; then
    # Debian numbers a cluster 5433 when 5432 is taken.
    PGPORT=$(pg_lsclusters --no-header | awk 'NR == 1 { print $3 }')
    export PGPORT=${PGPORT:-5432}
fi

# say TEXT...: what happens now.
say() {
    printf '==> %s\n' "$*"
}

# die TEXT...: say what to do about it and give up.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# step TITLE COMMAND...: one line with the seconds it took; its output only when it fails.
step() {
    local title=$1 file log status started=$SECONDS
    shift
    # Without a name from the start, so that an interrupted step leaves nothing behind.
    file=$(mktemp)
    exec {log}<>"$file"
    rm "$file"
    printf '==> %s ... ' "$title"
    set +e
    (
        set -e
        "$@"
    ) >&"$log" 2>&1
    status=$?
    set -e
    if ((status)); then
        printf 'failed after %d s\n' "$((SECONDS - started))"
        cat "/dev/fd/$log" >&2
    else
        printf '%d s\n' "$((SECONDS - started))"
    fi
    exec {log}>&-
    return "$status"
}

# bring FOLDER TITLE COMMAND REQUIREMENTS...: run the command unless the folder was made of
# these. The mark is written last, so a broken-off build starts anew.
bring() {
    local folder=$1 title=$2 command=$3
    shift 3
    cat "$@" | cmp --silent - "$folder/.requirements" && return
    step "$title" "$command" "$folder" "${@/#/--requirement=}" || return
    cat "$@" >"$folder/.requirements"
}

# bring_queue_job: OCA's job runner, from the package index.
bring_queue_job() {
    bring "$QUEUE_JOB" "OCA's queue_job" build_queue_job "$ROOT/requirements/queue_job.txt" &&
        return
    say "The package index gave no queue_job (above): nothing that needs it is run" >&2
    return 1
}

# Without Odoo, which it must not bring along.
build_queue_job() {
    local folder=$1
    shift
    rm -rf "$folder"
    "$ODOO_PYTHON" -m pip install --disable-pip-version-check --no-deps \
        --target "$folder" "$@"
}

# outcome FILE: what the tests came to, from lines of a kind and how many ended so, in the
# words of pytest's last line.
outcome() {
    awk '{ sum[$1] += $2 }
        END {
            printf "%d passed, %d failed", sum["passed"], sum["failed"]
            split("error skipped xfailed xpassed", kinds)
            for (i = 1; i in kinds; i++)
                if (sum[kinds[i]]) printf ", %d %s", sum[kinds[i]], kinds[i]
        }' "$1"
}

# as_root COMMAND...: directly, or through sudo.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root or sudo for: $*"
    fi
}

# has_odoo PYTHON: whether that interpreter finds an Odoo 19.
has_odoo() {
    "$1" -c 'import sys, odoo.release; sys.exit(odoo.release.version_info[0] != 19)' \
        2>/dev/null
}

# use_odoo: set ODOO_PYTHON, the interpreter that `odoo` below and the tests run in.
# An Odoo that is there is used: ODOO_BIN, else one that $PYTHON (python3) can import.
use_odoo() {
    if [[ -n ${ODOO_BIN:-} ]]; then
        # A checkout of Odoo has its package beside odoo-bin.
        add_python_path "$(dirname "$(realpath "$ODOO_BIN")")"
        ODOO_PYTHON=${PYTHON:-$(interpreter_of "$ODOO_BIN")}
        has_odoo "$ODOO_PYTHON" || die "no Odoo 19 behind ODOO_BIN=$ODOO_BIN"
    elif has_odoo "${PYTHON:-python3}"; then
        ODOO_PYTHON=${PYTHON:-python3}
    else
        ODOO_PYTHON=$CACHE/odoo-venv/bin/python
    fi
    # The test runner for an Odoo of one's own, which is left as it is.
    if [[ $ODOO_PYTHON != "$CACHE"/* ]]; then
        add_python_path "$CACHE/test-runner"
    fi
}

add_python_path() {
    export PYTHONPATH=${PYTHONPATH:+$PYTHONPATH:}$1
}

# interpreter_of SCRIPT: what its first line names.
interpreter_of() {
    local line
    IFS= read -r line <"$1"
    line=${line#\#!}
    line=${line#/usr/bin/env }
    echo "${line## }"
}

# odoo ARGUMENT...: Odoo's own command line.
odoo() {
    "$ODOO_PYTHON" -m odoo "$@"
}

# list_addons: the addons of this checkout, one a line.
list_addons() {
    local manifest
    for manifest in "$ROOT"/*/__manifest__.py; do
        [[ ! -e $manifest ]] || basename "${manifest%/*}"
    done
}

# list_queue_job_addons: those of them that need OCA's queue_job.
list_queue_job_addons() {
    grep --files-with-matches '"queue_job"' "$ROOT"/*/__manifest__.py |
        xargs --max-args=1 dirname | xargs --max-args=1 basename
}

# list_own_addons: those of them that need no other vendor's addon. What needs one is
# tested with it or a stand-in for it, and installed where that vendor's is.
list_own_addons() {
    "$ODOO_PYTHON" - "$ROOT" <<'PYTHON'
import ast
import pathlib
import sys

root = pathlib.Path(sys.argv[1])
others = {path.parent.name for path in root.glob("stand_ins/*/__manifest__.py")}
others.add("queue_job")
needs = {
    path.parent.name: ast.literal_eval(path.read_text())["depends"]
    for path in root.glob("*/__manifest__.py")
}


def is_own(name):
    return name not in others and all(map(is_own, needs.get(name, ())))


print(*filter(is_own, sorted(needs)), sep="\n")
PYTHON
}
