#!/bin/bash -p
# check_test.sh: make check, for programs known only by their port. Servers of the suite pass through this door, too; each mutant fails the
# hazard that is about its mistake; what is no server at all is named in one line. Nothing is left of any of them.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree check
if ! "${CC:-cc}" -std=c11 -D_GNU_SOURCE -O2 -I"$repo" -o "$work/mutant" "$repo"/tests/mutants/mutant.c "$repo/clients/core/message.c"; then
    fails 'check: compiled' 'no'
fi
checks() { env -C "$work/check" "$build/check" "$@" > "$work/found" 2> "$work/error"; } # COMMAND [HAZARD...]
failed_ones() { sed -n 's/^failed *\([a-z_]*\): .*/\1/p' "$work/found"; }

# ---- servers without a mistake --------------------------------------------------------------------------------------
passes_all() { # COMMAND [HAZARD...]
    checks "$@" || { cat "$work/error" && grep ^failed "$work/found" && return 1; }
    equals 'messages' "$(< "$work/error")" '' && says <(tail -n 1 "$work/found") ' 0 failed, ' && nothing_left check
}
for name in fork thread; do check "$name passes" passes_all "$BUILD/servers/$name -p {port}"; done
mapfile -t hazards < <(sed -n 's/^[a-z]* *\([a-z_]*\): [A-Z0-9].*\.$/\1/p;s/^skipped *\([a-z_]*\): .*/\1/p' "$work/found")
check 'each hazard has a line' equals 'the count' "$(tail -n 1 "$work/found")" \
    "$(grep -c ^passed "$work/found") passed, 0 failed, $(grep -c ^skipped "$work/found") skipped"
check 'the hazards are many' test ${#hazards[@]} -ge 19
check 'a rule is one sentence' equals 'others' "$(grep -c '^passed .*\. ' "$work/found")" 0

# A server that waits for the end of a line, as the textbook's does, is sent lines.
lines="$build/fixture/lines {port}"
check 'a line server passes' passes_all "$lines"
check 'a line server is named' says <(head -n 1 "$work/found") 'It answers whole lines, so it is sent text, in lines of 64 bytes.'
check 'a line server: single bytes are left out' equals 'skipped' "$(sed -n 's/^skipped *\([a-z_]*\): .* Reason: it answers whole lines$/\1/p' "$work/found")" dribble

# asyncio of CPython 3.11 does not recover from a lack of descriptors for many seconds: it tries to accept as often as its queue is long.
asyncio="/usr/bin/python3 $repo/servers/foreign/python_asyncio.py {port}"
if [ -x /usr/bin/python3 ]; then
    check 'python_asyncio passes all else' passes_all "$asyncio" "${hazards[@]/out_of_descriptors/dribble}"
else
    skips python_asyncio 'python3 is not installed'
fi

# What it prints does not matter, nor does a process that it starts.
check 'one that prints megabytes passes' passes_all "sh -c 'yes | head -c 20000000; exec $BUILD/servers/epoll -p \$0' {port}" dribble
check 'one that prints without end passes' passes_all "sh -c 'yes & exec $BUILD/servers/epoll -p \$0' {port}" dribble sigterm_under_load

check 'one that is told the address passes' passes_all "$BUILD/servers/epoll -a {address} -p {port}" dribble

# ---- servers with one -----------------------------------------------------------------------------------------------
fails_at() { # HAZARD SEEN COMMAND: it fails this hazard, with these words, and passes `passes`
    checks "$3" "$1" "$passes"
    equals 'status' $? 1 && equals 'failed' "$(failed_ones)" "$1" && says <(grep ^failed "$work/found") "$2" &&
        says "$work/found" '1 passed, 1 failed, 0 skipped' && nothing_left check
}
while IFS='|' read -r name hazard passes seen; do
    ln -s "$work/mutant" "$work/zz_$name"
    check "mutant: $name fails $hazard" fails_at "$hazard" "$seen" "$work/zz_$name {port}"
done << 'END'
loses_the_end|half_close|fidelity_sizes|
exits_when_interrupted|signal_storm|dribble|it ended by itself, with exit status 1
dies_of_sigpipe|gone_mid_message|dribble|it ended by itself, with signal 13
keeps_broken_connections|reset_at_any_moment|one_after_another|descriptors: 
leaks_descriptors|one_after_another|dribble|descriptors: 505 instead of 5
exits_without_descriptors|out_of_descriptors|dribble|it ended by itself, with exit status 1
serves_from_a_daemon|sigterm_under_load|dribble|only SIGKILL ended 1 of its processes, outside of its process group
ignores_sigterm|sigterm_to_the_first|dribble|only SIGKILL ended 1 of its processes
END
# Those that err by chance may do so before the first hazard.
is_caught() { # COMMAND HAZARD SEEN
    ! checks "$1" "$2" && says <(cat "$work/error" <(grep "^failed *$2: " "$work/found")) "$3" && nothing_left check
}
for name in drops_bytes echoes_stale; do
    ln -s "$work/mutant" "$work/zz_$name"
    check "mutant: $name fails fidelity_sizes" is_caught "$work/zz_$name {port}" fidelity_sizes 'wrong bytes among '
done
passes=dribble
if [ -z "${SAN:-}" ]; then
    ln -s "$work/mutant" "$work/zz_leaks_memory"
    check 'mutant: leaks_memory fails memory_of_each_client' fails_at memory_of_each_client 'grows by about 10' "$work/zz_leaks_memory {port}"
fi
check 'mutant: keep-connfd fails half_close' fails_at half_close 'the connection is not ended' "$BUILD/servers/fork -p {port} --mistake keep-connfd"
check 'mutant: no-reap fails children_are_reaped' fails_at children_are_reaped 'zombies: 2' "$BUILD/servers/fork -p {port} --mistake no-reap"
check 'mutant: reap-one fails all_gone_at_once' fails_at all_gone_at_once 'zombies: ' "$BUILD/servers/fork -p {port} --mistake reap-one"
passes=many_in_turn
check 'mutant: a line server that does not reap fails children_are_reaped' fails_at children_are_reaped 'zombies: 2' "$build/fixture/lines {port} no-reap"
check 'one client at a time fails second_client' fails_at second_client 'stuck for' "$BUILD/servers/iterative -p {port}"
check 'one client at a time fails stalled_reader' fails_at stalled_reader 'stuck for' "$BUILD/servers/iterative -p {port}"
check 'a pool of four fails many_at_once' fails_at many_at_once 'client 5 of 200 is not served' "$BUILD/servers/prefork -p {port} -w 4"

# ---- what is no server ----------------------------------------------------------------------------------------------
bad() { # NAME TEXT COMMAND
    refuses "bad: $1" 1 "$2" env -C "$work/check" "$build/check" "$3"
    check "bad: $1: nothing is left" nothing_left check
}
bad 'not there' './nosuchserver {port}: server ended by itself; ' './nosuchserver {port}'
bad 'ends early' 'server ended by itself; no luck today' 'sh -c "echo no luck today; exit 3" {port}'
bad 'listens elsewhere' 'server does not listen on {port}' "$BUILD/servers/epoll # {port}"
bad 'goes into the background' 'does not stay in the foreground' "sh -c '$BUILD/servers/epoll -p \$0 & exit 0' {port}"
bad 'a daemon' 'does not stay in the foreground' "sh -c 'setsid $BUILD/servers/epoll -p \$0 & exit 0' {port}"
bad 'forks without end' 'server forks without end' "sh -c 'sleep 100 | { exec 3<&0; while :; do read x <&3 & done; }' {port}"
ln -s "$work/mutant" "$work/zz_answers_before_reading"
bad 'a line server that does not echo' 'it does not echo: wrong bytes' "$build/fixture/lines {port} shouts"
bad 'does not echo' 'it does not echo: wrong bytes' "$work/zz_answers_before_reading {port}"

usage() { refuses "usage: $1" 2 "$2" env -C "$work/check" "$build/check" "${@:3}"; } # NAME TEXT [ARGUMENT...]
usage 'no command' 'usage: check'
usage 'no {port}' "no {port} in './mine'" ./mine
usage 'no such hazard' "no hazard 'nonsense'" './mine {port}' nonsense
usage 'a hazard that needs more than a port' "no hazard 'describe'" './mine {port}' describe
check 'make check without SERVER' says <(env -C "$repo" make check 2>&1) "SERVER is missing: make check SERVER='./mine {port}'"

# ---- a check that is killed ------------------------------------------------------------------------------------------
dies() { # SIGNAL
    env -C "$work/check" "$build/check" "$BUILD/servers/fork -p {port}" memory_of_each_client > /dev/null 2>&1 &
    within 5 inhabitant check 'servers/fork' && kill -s "$1" $!
    wait $! 2> /dev/null
    nothing_left check
}
check 'killed: nothing is left' dies KILL
check 'terminated: nothing is left' dies TERM
verdict
