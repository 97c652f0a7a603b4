#!/bin/bash -p
# deps.sh bench|check|test|lint|all|languages: installs what is missing for that purpose; silent and quick if nothing is.
#
# NO_DEPS=1 installs nothing: it prints the command to type, and fails if something is missing. CC=clang checks for clang.
# "languages", which is never part of the others, is what the foreign servers of servers/foreign/ need.
# The browser is optional: not every distribution has it as a package, and the tests of the page are skipped without it.
set -euo pipefail

purpose=${1-}
case $#:$purpose in
    1:bench | 1:check | 1:test | 1:lint | 1:all | 1:languages) ;;
    *)
        echo "usage: deps.sh bench|check|test|lint|all|languages" >&2
        exit 2
        ;;
esac
CC=${CC:-gcc}
missing=() optional=()

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

# Packages are of the system's python3, as is bench/report/render.py; another may come first in PATH.
module_from() { # PYTHON_MODULE PACKAGE
    "${PYTHON:-/usr/bin/python3}" -c "import sys, importlib.util as i; sys.exit(i.find_spec('$1') is None)" 2> /dev/null || missing+=("$2")
}

build() {
    case ${compiler[0]##*/} in
        clang*) command_from "${compiler[0]}" "${compiler[0]##*/}" ;;
        *) command_from "${compiler[0]}" gcc ;;
    esac
    command_from make make
}

read -ra compiler <<< "$CC"
# musl has no argp, and no package of libc6-dev helps.
if [ "$purpose" != lint ] && command -v "${compiler[0]}" > /dev/null && has_header stdio.h && ! has_header argp.h; then
    echo "deps: $CC has a C library without argp.h: glibc is needed (CC=gcc)" >&2
    exit 1
fi
case $purpose in
    bench | check | test | all)
        build
        header_from stdio.h libc6-dev
        header_from jansson.h libjansson-dev
        ;;&
    bench | test | all)
        header_from liburing.h liburing-dev
        header_from event2/event.h libevent-dev
        header_from ev.h libev-dev
        header_from uv.h libuv1-dev
        header_from seccomp.h libseccomp-dev
        command_from hyperfine hyperfine
        command_from gnuplot gnuplot-nox
        command_from jq jq
        command_from xz xz-utils
        module_from jinja2 python3-jinja2
        command_from stress-ng stress-ng
        ;;&
    test | all)
        command_from socat socat
        command_from strace strace
        command_from tidy tidy
        header_from cmocka.h libcmocka-dev
        module_from jsonschema python3-jsonschema
        module_from selenium python3-selenium
        command -v chromium > /dev/null || optional+=(chromium)
        command -v chromedriver > /dev/null || optional+=(chromium-driver)
        ;;&
    lint | all)
        command_from clang-format clang-format
        command_from cppcheck cppcheck
        command_from shellcheck shellcheck
        ;;&
    languages)
        command_from python3 python3
        command_from go golang-go
        command_from node nodejs
        command_from javac default-jdk-headless
        command_from socat socat
        command_from ncat ncat
        command_from xinetd xinetd
        command_from escript erlang-base
        command_from rustc rustc
        command_from cargo cargo
        [ -n "$(compgen -G '/usr/share/cargo/registry/tokio-1.*')" ] || missing+=(librust-tokio-dev)
        ;;
esac

# Programs are timed without a shell in between, which hyperfine can since 1.13.
if [[ $purpose != @(lint|check) ]] && command -v hyperfine > /dev/null && ! hyperfine --help 2>&1 | grep -q -e '--shell'; then
    echo "deps: $(hyperfine --version) is too old: 1.13 or later is needed, for its option --shell=none" >&2
    exit 1
fi

((${#missing[@]} + ${#optional[@]})) || exit 0

# Package lists older than a day may name versions that the mirror no longer has. The files have the mirror's times, so check the
# folder's.
lists=
if [ -n "$(find /var/lib/apt/lists -maxdepth 0 -mtime -1 2>/dev/null)" ]; then
    lists=$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -print -quit)
fi
sudo=()
if ((EUID != 0)); then sudo=(sudo); fi
update=("${sudo[@]}" apt-get update -q)
# If another program holds dpkg's lock, apt-get says which and waits.
install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=300)

# It does not wait for the lock of its package lists.
update_lists() {
    local said end=$((SECONDS + 300)) told=
    until said=$("${update[@]}" 2>&1); do
        if [[ $said != */lists/lock* ]] || ((SECONDS >= end)); then
            echo "$said" >&2
            return 1
        fi
        [ -n "$told" ] || echo "deps: waiting until another program has updated the package lists: $said" >&2
        told=yes
        sleep 5
    done
    echo "$said"
}

cannot= # why nothing can be installed, and what to do
line="${install[*]} ${missing[*]}"
[ -n "$lists" ] || line="${update[*]} && $line"
if ! command -v apt-get > /dev/null; then
    cannot='no apt-get here: install them manually (these are Debian names)'
elif [ -n "${NO_DEPS:-}" ] && [ "$NO_DEPS" != 0 ]; then
    cannot="to install, type"$'\n'"$line"
elif ((EUID != 0)) && ! command -v sudo > /dev/null; then
    cannot="neither root nor sudo here; as root, type"$'\n'"${line//sudo /}"
fi

if ((${#missing[@]})); then
    if [ -n "$cannot" ]; then
        echo "deps: missing for '$purpose': ${missing[*]}; $cannot" >&2
        exit 1
    fi
    printf 'deps: missing for %s: %s; installing with\n%s\n' "'$purpose'" "${missing[*]}" "$line"
    [ -n "$lists" ] || update_lists
    "${install[@]}" "${missing[@]}"
fi

known=()
for package in "${optional[@]}"; do
    ! apt-cache show "$package" > /dev/null 2>&1 || known+=("$package")
done
if [ -z "$cannot" ] && ((${#known[@]})); then
    printf 'deps: installing, for the tests of the page:\n%s\n' "${install[*]} ${known[*]}"
    "${install[@]}" "${known[@]}" || echo "deps: cannot install ${known[*]}: the tests of the page will be skipped" >&2
fi
