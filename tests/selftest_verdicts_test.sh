#!/bin/bash -p
# selftest_verdicts_test.sh: the self-tests of a run: with a client planted that counts from when it sends, killed while the server
# is stopped, and what is said afterwards of known findings and of a server under two names.
#
# Needs a built build/.
# shellcheck source=tests/core/selftest.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/selftest.sh"

planned() { mkdir "$results/$1" && (cd "$work/$1" && build/bench/measure/plan --experiments churn --models epoll "$results/$1"); } # RUN
same='server_cpu_us_per_connection 20 22 18 21 19 20 21 19 20'
filled() { # TREE NAME BLOCKS EPOLL_AGAIN FORK_AGAIN: with what fill takes of these two; whom they are compared with has 20
    fixture "$1" "$2" "$3" --experiments self_same << END
* * * server_cpu_us_per_connection 20
* * * connections_per_s 2000
self_same epoll+again - $4
self_same fork+again - $5
END
}

for name in healthy mutant killed; do tree $name; done
planned killed && filled mutant mutant 18 "$same" "$same" && filled healthy healthy 18 "$same" "$same" || exit 1
cp "$repo/results/reference/selftest.tsv" "$results/healthy"

# ---- a client that counts from when it sends --------------------------------------------------------------------------
rm "$work/mutant/build/clients"
mkdir "$work/mutant/build/clients"
sed 's/c->due_ns = due_ns;/c->due_ns = iteration_ns;/' "$repo/clients/core/engine.c" > "$work/engine.c"
mapfile -t others < <(printf '%s\n' "$repo"/clients/core/*.c | grep -v /engine.c)
check 'mutant: it is one' test -n "$(diff "$repo/clients/core/engine.c" "$work/engine.c")"
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -DVERSION='"0"' -DBUILD_FOLDER='"build"' -O1 -pthread -I "$repo" -o "$work/mutant/build/clients/drive" "$work/engine.c" "$repo/clients/drive.c" \
    "${others[@]}" -lm || exit 1
tests_itself mutant 2> "$work/error"
check 'mutant: no failure of the program' equals 'its status' $? 0
check 'mutant: found out' verdicts mutant failed known_answer_delayed known_answer_p99
check 'mutant: said so' says "$work/error" 'known_answer_delayed failed: '

# ---- killed while the server is stopped -------------------------------------------------------------------------------
stops() { # TREE: its server does, for 0.3 s: a busy machine would miss that if it had to start a program for each look
    local pid state end=$((SECONDS + 10))
    until pid=$(inhabitant "$1" '^build.*/servers/epoll'); do [ $SECONDS -lt $end ] || return 1; done
    while [ $SECONDS -lt $end ] && read -r _ _ state _ < "/proc/$pid/stat"; do
        [ "$state" != T ] || return 0
    done
    return 1
}
{ selftest killed "$results/killed" & } 2> /dev/null
check 'killed: the server is stopped' stops killed
refuses 'killed: a second one meanwhile' 1 'another run is in progress' "$build/bench/measure/selftest" "$results/killed"
check 'killed: it is' kill -KILL "$(inhabitant killed '^build.*/bench/measure/selftest')"
wait
check 'killed: nothing is left running' nothing_left killed
check 'killed: no table' test ! -e "$results/killed/selftest.tsv"

# ---- judged again -----------------------------------------------------------------------------------------------------
again() { # NAME VALUE: of that finding or parameter
    cp -r "$results/healthy" "$results/again" &&
        awk -F '\t' -v OFS='\t' -v name="$1" -v value="$2" '$1 == name { $2 = value } { print }' "$results/healthy/selftest.tsv" > "$results/again/selftest.tsv" &&
        judge again
}
other() { # VERDICT NAME NAME_OF_WHAT_CHANGED VALUE
    rm -rf "$results/again"
    again "$3" "$4" && verdicts again "$1" "$2"
}
check 'again: another value' other failed clock_read clock_read 201
check 'again: another value that passes' other passed clock_read clock_read 199
check 'again: no value' other failed clock_read clock_read -
check 'again: CPU time grows smoothly' other passed cpu_time_step cpu_time_step 0.5
check 'again: CPU time grows in ticks' other failed cpu_time_step cpu_time_step 10000
check 'again: CPU time does not grow' other failed cpu_time_step cpu_time_step -
check 'again: another stop' other failed known_answer_p99 known_answer_stop_shortest 0.4
check 'again: another window' other failed known_answer_delayed known_answer_window 1
sed -i '/^cpu_time_step/d' "$results/again/selftest.tsv"
check 'again: a run from before a self-test' equals 'its verdict' "$(judge again && tested again verdict cpu_time_step)" ''
sed -i '/^known_answer_rate/d' "$results/again/selftest.tsv"
refuses 'again: a parameter is missing' 1 'has no known_answer_rate' judge again

# ---- the same server under two names ----------------------------------------------------------------------------------
judges() { # NAME BLOCKS EPOLL_AGAIN FORK_AGAIN VERDICT_OF_EPOLL VERDICT_OF_FORK
    filled healthy "$1" "$2" "$3" "$4" && cp "$repo/results/reference/selftest.tsv" "$results/$1" && judge "$1" 2> "$work/error" &&
        are_whole "$results/$1/selftest_verdicts.tsv" && verdicts "$1" "$5" same_server_epoll && verdicts "$1" "$6" same_server_fork
}
cpu=server_cpu_us_per_connection
check 'two names: an interval that holds 1' judges hold 18 "$same" "$same" passed passed
check 'two names: an interval that does not' judges differ 18 "$cpu 21 21.1 20.9 21 21.2 20.8 21 21.1 20.9" "$same" failed passed
check 'two names: said so' says "$work/error" 'same_server_epoll failed: 1.0'
doubts_everything() { says <(section differ) 'same server epoll' && says <(section differ) everything && says <(section differ) false; }
check 'two names: the report doubts everything then' doubts_everything
check 'two names: within 2 %' judges near 18 "$cpu 20.3 20.31 20.29" "$cpu 19.7 19.71 19.69" passed passed
check 'two names: no valid trial' judges none 18 'status it broke' "$same" failed passed
check 'two names: too few blocks' judges few 5 "$cpu 30" "$cpu 19.5" recorded recorded
check 'two names: the report says that it was not judged' says <(section few) 'with itself'

# ---- bad input ----------------------------------------------------------------------------------------------------
refuses 'bad input: no folder' 2 'usage: selftest RUN_FOLDER' "$build/bench/measure/selftest"
refuses 'bad input: two folders' 2 'usage: selftest RUN_FOLDER' "$build/bench/measure/selftest" "$results/mutant" "$results/healthy"
refuses 'bad input: not a run' 1 'is not a run' "$build/bench/measure/selftest" "$results"
verdict
