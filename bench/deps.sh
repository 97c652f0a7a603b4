#!/bin/bash
# deps.sh bench|test|lint|all: installs what is missing for that purpose; silent and quick if nothing is.
#
# NO_DEPS=1 installs nothing: it prints the command to type, and fails if something is missing. CC=clang checks for clang.
set -euo pipefail

purpose=${1-}
case $#:$purpose in
    1:bench | 1:test | 1:lint | 1:all) ;;
    *)
        echo "usage: deps.sh bench|test|lint|all" >&2
        exit 2
        ;;
esac
CC=${CC:-gcc}
missing=()

command_from() { # COMMAND PACKAGE
    command -v "$1" > /dev/null || missing+=("$2")
}

has_header() {
    if command -v "${compiler[0]}" > /dev/null; then
        "${compiler[@]}" -E - <<< "#include <$1>" > /dev/null 2>&1
    else
        [ -e "/usr/include/$1" ]
    fi
}

header_from() { # HEADER PACKAGE
    has_header "$1" || missing+=("$2")
}

build() {
    case ${compiler[0]##*/} in
        clang*) command_from "${compiler[0]}" "${compiler[0]##*/}" ;;
        *) command_from "${compiler[0]}" gcc ;;
    esac
    command_from make make
}

read -ra compiler <<< "$CC"
case $purpose in
    bench | test | all)
        build
        header_from stdio.h libc6-dev
        header_from liburing.h liburing-dev
        header_from event2/event.h libevent-dev
        header_from ev.h libev-dev
        header_from uv.h libuv1-dev
        command_from hyperfine hyperfine
        command_from gnuplot gnuplot-nox
        command_from jq jq
        command_from xz xz-utils
        command_from cmark-gfm cmark-gfm
        command_from stress-ng stress-ng
        ;;&
    test | all)
        command_from socat socat
        command_from strace strace
        header_from cmocka.h libcmocka-dev
        ;;&
    lint | all)
        command_from clang-format clang-format
        command_from cppcheck cppcheck
        command_from shellcheck shellcheck
        ;;
esac

((${#missing[@]})) || exit 0

if ! command -v apt-get > /dev/null; then
    echo "deps: missing for '$purpose' (Debian names): ${missing[*]}; no apt-get here: install them manually" >&2
    exit 1
fi

# Package lists older than a day may name versions that the mirror no longer has. The files have the mirror's times, so check the
# folder's.
lists=
if [ -n "$(find /var/lib/apt/lists -maxdepth 0 -mtime -1 2>/dev/null)" ]; then
    lists=$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit)
fi
sudo=()
if ((EUID != 0)); then sudo=(sudo); fi
update=("${sudo[@]}" apt-get update -q)
install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}")
line="${install[*]}"
[ -n "$lists" ] || line="${update[*]} && $line"

if [ -n "${NO_DEPS:-}" ] && [ "$NO_DEPS" != 0 ]; then
    printf 'deps: missing for %s: %s; to install, type\n%s\n' "'$purpose'" "${missing[*]}" "$line" >&2
    exit 1
fi
if ((EUID != 0)) && ! command -v sudo > /dev/null; then
    printf 'deps: missing for %s: %s; neither root nor sudo here; as root, type\n%s\n' \
        "'$purpose'" "${missing[*]}" "${line//sudo /}" >&2
    exit 1
fi
printf 'deps: missing for %s: %s; installing with\n%s\n' "'$purpose'" "${missing[*]}" "$line"
[ -n "$lists" ] || "${update[@]}"
"${install[@]}"
