#!/bin/bash -p
# emulated_test.sh: the servers, built for arm64, under qemu-user: each answers this machine's driver exactly and stops when it is
# told to, or says why it cannot run there. Skipped without the cross compiler or the emulator.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/../core/line.sh"

compiler=aarch64-linux-gnu-gcc
if ! command -v $compiler > /dev/null || ! command -v qemu-aarch64 > /dev/null; then
    skips 'arm64' "no $compiler, or no qemu-aarch64 (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)"
    verdict
    exit
fi
cd "$repo" || exit 1
programs=$repo/build/$compiler-static/servers
names=(servers/*.c)
names=("${names[@]##*/}")
names=("${names[@]%.c}")
builds() { make --no-print-directory -s WERROR=1 CC=$compiler LINK=static "${names[@]/#/build/$compiler-static/servers/}" < /dev/null 2>&1 | { ! grep 'error:\|warning: .*\[-W'; }; }
check 'arm64: builds without warnings' builds

serves() { # MODEL
    local line pid status=0
    exec 4< <(exec qemu-aarch64 "$programs/$1" -p 0 2> "$work/error")
    pid=$!
    read -r -t 20 -u 4 line || true
    "$build/clients/drive" -w 1 -c 8 -k 5 -n 500 --timeout 10 "127.0.0.1:${line##*:}" > "$work/output" 2>&1 || status=$?
    kill $pid && wait $pid && [ $status -eq 0 ] && says "$work/output" $'echoes\t500' && return
    cat "$work/output" "$work/error" && return 1
}
for name in "${names[@]}"; do
    if ! qemu-aarch64 "$programs/$name" --describe > /dev/null 2> "$work/error"; then
        skips "arm64: $name" "$(head -n 1 "$work/error")"
    elif [ "$name" = clone_vm ]; then
        skips "arm64: $name" 'the emulator knows clone only as fork and as threads'
    else
        check "arm64: $name serves" serves "$name"
    fi
done
verdict
