#!/bin/bash -p
# deps_test.sh: what bench/deps.sh finds missing, and what it says and does then. Nothing is installed: apt-get is a script that prints
# its arguments, and only the commands that deps.sh itself needs are there.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

bin=$work/bin
mkdir "$bin"
for command in bash env find printf; do ln -s "$(command -v $command)" "$bin"; done
fake() { printf '#!/bin/bash\n%s\n' "$2" > "$bin/$1" && chmod +x "$bin/$1"; } # COMMAND SCRIPT
# shellcheck disable=SC2016  # for these scripts
fake apt-get 'echo "apt-get $*"; [[ $* != *chromium* ]] || exit 100'
fake apt-cache 'exit 0'
# shellcheck disable=SC2016
fake sudo 'exec "$@"'
fake gcc 'exit 1' # finds no header
deps() { env -i PATH="$bin" PYTHON=no_python "$@" > "$work/said" 2> "$work/error"; } # ASSIGNMENT... deps.sh PURPOSE
installs() { # PACKAGE... -- PURPOSE
    local package
    deps "$repo/bench/deps.sh" "${*: -1}" || { cat "$work/error" && return 1; }
    while [ "$1" != -- ]; do
        package=$1
        grep '^apt-get install' "$work/said" | grep -qw -- "$package" || { echo "not installed: $package; $(cat "$work/said")" && return 1; }
        shift
    done
}
check 'bench: what the report is made with' installs libjansson-dev libseccomp-dev python3-jinja2 jq xz-utils gnuplot-nox -- bench
check 'bench: not what only tests need' equals 'lines with a browser' "$(grep -c 'chromium\|tidy\|cmocka' "$work/said")" 0
check "bench: waits for dpkg's lock, not for ever" says "$work/said" 'DPkg::Lock::Timeout=300'
check 'test: what the tests of the page need' installs python3-jsonschema python3-selenium tidy chromium chromium-driver -- test
check 'test: a browser that cannot be installed is no failure' says "$work/error" 'cannot install chromium chromium-driver: the tests of the page will be skipped'
check 'check: what it is built with' installs libjansson-dev -- check
check 'check: neither what measures nor what only tests need' equals 'others' "$(grep -c 'hyperfine\|gnuplot\|cmocka' "$work/said")" 0
check 'lint' installs shellcheck cppcheck clang-format -- lint
check 'languages: what the foreign servers need' installs golang-go nodejs default-jdk-headless ncat xinetd erlang-base rustc cargo -- languages
languages_unasked() { installs socat -- all && ! grep -E 'golang|nodejs|jdk|xinetd|erlang|rust' "$work/said"; }
check 'languages: not unasked' languages_unasked
without_install() {
    ! deps NO_DEPS=1 "$repo/bench/deps.sh" bench && says "$work/error" 'to install, type' && says "$work/error" 'libjansson-dev' && equals 'what was done' "$(cat "$work/said")" ''
}
check 'NO_DEPS=1: only says what to type' without_install
# shellcheck disable=SC2016
fake apt-get 'if [ "$1" = update ] && [ -e '"$work/lock"' ]; then echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7" >&2; exit 100; fi; echo "apt-get $*"'
fake sleep "$(command -v rm) '$work/lock'"
touch "$work/lock"
locked_lists() {
    installs jq -- bench && says "$work/error" 'waiting until another program has updated the package lists: E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7' &&
        equals 'how often it says so' "$(grep -c waiting "$work/error")" 1
}
rm "$bin/find" && fake find 'exit 0' # the lists are old
check "the lists' lock is held: waits, and says for what" locked_lists
fake apt-cache 'exit 100'
no_browser_here() { installs tidy -- test && ! grep chromium "$work/said" "$work/error"; }
check 'test: a distribution without the browser' no_browser_here
rm "$bin/apt-get"
no_apt() { ! deps "$repo/bench/deps.sh" bench && says "$work/error" 'no apt-get here' && equals 'lines' "$(wc -l < "$work/error")" 1; }
check 'without apt-get: one line with what is missing' no_apt
refuses 'usage' 2 'usage: deps.sh' "$repo/bench/deps.sh" everything
verdict
