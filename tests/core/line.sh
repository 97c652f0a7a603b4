#!/bin/bash -p
# line.sh: what the tests of the measurement line share; they source it.
#
# Every run has a tree of links to the repository as its root, so that servers and questions can be planted in it, and
# whatever it leaves running shows by its working directory: nothing else runs there.
# Under a sanitizer (SAN) the machine is slower: everything that is waited for may take five times as long.
set -uo pipefail
if [ "${SAN:-}" = thread ]; then
    # The steps have no threads, and servers whose handlers wait behind accept do not stop.
    echo 'skipped: the measurement line: the thread sanitizer delays the signal handlers of the servers in it'
    echo '[  SKIPPED ] 1 test(s).'
    exit
fi
unset RUN BUDGET EXPERIMENTS MODELS SEED SERVER SERVERS CLIENT_HOSTS LAUNCH SERVER_ADDRESS SERVER_CPUS CLIENT_CPUS SELFTEST RESULTS MAKEFLAGS MAKELEVEL MFLAGS
export LC_ALL=C.UTF-8 BUILD=${BUILD:-build} # the folder of the variant under test

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$repo/$BUILD
work=$(cd "$(mktemp -d)" && pwd -P)
results="$work/the results" # a blank must not matter
mkdir "$results"
export RUN_LOCK=$work/lock # no other run on this machine holds it
if [ "${DEEP:-}" != 1 ]; then # building tokio takes half a minute: foreign_test.sh does it in tests/deep.sh
    mkdir "$work/deep"
    printf '#!/bin/sh\necho "tokio is tried in tests/deep.sh"\nexit 77\n' > "$work/deep/cargo"
    chmod +x "$work/deep/cargo"
    PATH=$work/deep:$PATH
fi
slow=${SAN:+5}
slow=${slow:-1}
passed=0 failed=0 skipped=0

# ---- checks -----------------------------------------------------------------------------------------------------
passes() { passed=$((passed + 1)) && echo "ok $1"; }
fails() { failed=$((failed + 1)) && echo "not ok $1: ${2//$'\n'/; }"; } # NAME WHY
skips() { skipped=$((skipped + 1)) && echo "skipped: $1: $2"; }

check() { # NAME COMMAND...: passes if the command does; what it prints is why it does not
    local name=$1 why
    shift
    if why=$("$@" 2>&1); then passes "$name"; else fails "$name" "$(head -n 5 <<< "${why:-$* failed}")"; fi
}

says() { # FILE TEXT
    grep -qF -- "$2" "$1" && return
    echo "'$2' is not in ${1##*/}, which ends: $(tail -n 2 "$1")"
    return 1
}

equals() { # WHAT IS SHOULD_BE
    [ "$2" = "$3" ] && return
    echo "$1 is $2 instead of $3"
    return 1
}

unescaped() { tr -d '\134' < "$1"; } # MARKDOWN_FILE: without its backslashes

listing() { find "$results" -type d -print -o -printf '%p %s %T@\n'; }

# The command ends with this status after one line that says why, and leaves no trace among the results.
refuses() { # NAME STATUS TEXT COMMAND...
    local name=$1 status=$2 text=$3 before after is why='' said
    shift 3
    before=$(listing)
    "$@" > "$work/output" 2> "$work/error"
    is=$?
    after=$(listing)
    mapfile said < "$work/error"
    [ $is -eq "$status" ] || why+="status $is instead of $status; "
    [[ ${#said[@]} -eq 1 && ${said[0]} = *$'\n' ]] || why+="not one line but ${#said[@]}; "
    [ ! -s "$work/output" ] || why+="words on the standard output; "
    [[ ${said[*]} = *"$text"* ]] || why+="no '$text'; "
    [ "$before" = "$after" ] || why+="the results changed: $(diff <(echo "$before") <(echo "$after") | head -n 2); "
    if [ -z "$why" ]; then passes "$name"; else fails "$name" "${why}it said: $(head -n 3 "$work/error")"; fi
}

# ---- what a report says ---------------------------------------------------------------------------------------------
report() { "$build/bench/report/report" "$repo/bench/questions" "$1"; } # RUN: report.json, from its tables as they are

# What a filter of jq makes of a run's report.json; with plain blanks. q(ID) is a question, row(ID; MODEL; X) a row of its table,
# claim(ID) a claim.
shown() { # RUN FILTER
    jq -r 'def q($id): .questions.groups[].questions[] | select(.id == $id);
        def row($id; $model; $x): q($id).table.rows[] | select(.model == $model and (.x // "-") == $x);
        def claim($id): [.claims.themes[].claims[], .claims.undecided[]][] | select(.id == $id);
        '"$2" "$1/report.json" | sed 's/\xc2\xa0/ /g'
}

reports() { # RUN TEXT FILTER: the filter makes this of it
    equals "$3" "$(shown "$1" "$3")" "$2"
}

notes_say() { # RUN QUESTION TEXT...: its notes (what was left out, and why) have all of these
    local text
    for text in "${@:3}"; do says <(shown "$1" "q(\"$2\").notes[]") "$text" || return 1; done
}

# ---- runs and their processes -----------------------------------------------------------------------------------
# In it nothing measures what kernel operations cost here, which takes longer than a short run. line_test.sh does.
printf '#!/bin/sh\necho fork 60 us\necho page_fault 0.5 us\necho system_call 0.1 us\n' > "$work/costs"
chmod +x "$work/costs"
tree() { # NAME
    mkdir -p "$work/$1"/build/{servers,bench/doctor}
    ln -s "$repo"/{Makefile,bench,clients,plots,servers} "$work/$1"
    ln -s "$build"/{clients,flags,layouts,linked_static} "$work/$1/build"
    find "$build/bench" -mindepth 1 -maxdepth 1 ! -name doctor -exec ln -s -t "$work/$1/build/bench" {} +
    ln -s "$work/costs" "$work/$1/build/bench/doctor/costs"
    ln -s "$build"/servers/* "$work/$1/build/servers"
    [ "$BUILD" = build ] || ln -s . "$work/$1/$BUILD" # a variant's folder: there is but one in a tree
}

# Gives a tree questions of its own: none until they are written.
own_questions() { # TREE_FOLDER
    rm "$1/bench"
    mkdir -p "$1/bench/questions/experiments"
    find "$repo/bench" -mindepth 1 -maxdepth 1 ! -name questions -exec ln -s -t "$1/bench" {} +
}

# Runs of several trees may go on at once. Takes no part in the checks: prints nothing, returns the line's status, keeps its words in TREE.log.
bench() { # TREE KNOB=VALUE...: a RESULTS or SELFTEST among the knobs goes before the usual one
    local tree=$1
    shift
    env RESULTS="$results" SELFTEST=no RUN_LOCK="$work/$tree.lock" "$@" "$work/$tree/bench/run.sh" > "$work/$tree.log" 2>&1
}

runs() { bench "$@" || { tail -n 2 "$work/$1.log" && return 1; }; } # as a check: ends well, or says why not

# In the background. The shell forgets how a child ended when another gets its number: here a file keeps it.
begin() { # TREE KNOB=VALUE...
    rm -f "$work/$1.status"
    {
        bench "$@"
        echo $? > "$work/$1.status"
    } 2> /dev/null & # where the shell would tell who was killed
}

status() { # TREE: waits for the end of the run there, and tells how it ended
    within 60 test -s "$work/$1.status"
    cat "$work/$1.status"
}

inhabitants() { find /proc/[0-9]*/cwd -maxdepth 0 -lname "$work/$1" 2>/dev/null | cut -d / -f 3; } # TREE

inhabitant() { # TREE PATTERN: the first process there whose command line matches
    local pid
    for pid in $(inhabitants "$1"); do
        if tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline" | grep -qE -- "$2"; then
            echo "$pid"
            return
        fi
    done
    return 1
}

within() { # SECONDS COMMAND...: waits until the command succeeds
    local end=$((SECONDS + $1 * slow + 1))
    shift
    until "$@" > /dev/null; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

is_empty() { [ -z "$(inhabitants "$1")" ]; }

nothing_left() { # TREE
    local pid
    within 3 is_empty "$1" && return
    for pid in $(inhabitants "$1"); do
        echo "left running: $(tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline")"
        kill -KILL "$pid"
    done
    return 1
}

end() {
    local tree pid
    for tree in "$work"/*/; do
        for pid in $(inhabitants "$(basename "$tree")"); do kill -KILL "$pid"; done
    done
    wait
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM HUP

# ---- tables -----------------------------------------------------------------------------------------------------
rows() { # FILE: how many, the header not included
    local lines
    lines=$(wc -l 2>/dev/null < "$1") || lines=1
    echo $((lines > 0 ? lines - 1 : 0)) # it may be there and empty
}

has_rows() { [ "$(rows "$1")" -ge "$2" ]; } # FILE N

are_whole() { # FILE
    [ -z "$(tail -c 1 "$1")" ] || { echo "no newline at the end of ${1##*/}" && return 1; }
    awk -F '\t' 'NR == 1 { columns = NF } NF != columns { print "line " NR ": " NF " of " columns " columns"; bad = 1 } END { exit bad }' "$1"
}

column() { # FILE NAME
    awk -F '\t' -v name="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; if (!c) { print "no column " name; exit 1 } next }
        { print $c }' "$1"
}

value() { # FILE COLUMN KEY=VALUE...: that column in the rows in which the others have those values
    awk -F '\t' -v wanted="$2" -v keys="${*:3}" '
        BEGIN { n = split(keys, key, " ") }
        NR == 1 {
            for (i = 1; i <= NF; i++) at[$i] = i
            for (i = 0; i <= n; i++) { split(i ? key[i] : wanted, pair, "="); if (!(pair[1] in at)) { print "no column " pair[1]; exit 1 } }
            next
        }
        {
            for (i = 1; i <= n; i++) { split(key[i], pair, "="); if ($(at[pair[1]]) != pair[2]) next }
            print $(at[wanted])
        }' "$1"
}

# Where others use the processors, a short program can take no less time than a long one: that trial is rightly not used.
all_ok() { # TRIALS
    local bad
    has_rows "$1" 1 || { echo 'there is none' && return 1; }
    bad=$(awk -F '\t' '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == "status") status = i; next }
        $status != "ok" && $status !~ /^no slope/ { print $4 " " $5 ": " $status }' "$1")
    [ -z "$bad" ] || { echo "$bad" && return 1; }
}

analyse() { "$build/bench/analyse/analyse" "$repo/bench/questions" "$1"; } # RUN: the numbers that are concluded from its trials

# A run of which every number is known, and nothing was measured: planned as all are, its first BLOCKS filled in with what the
# standard input says (tests/fixture/fill.c).
fixture() { # TREE RUN BLOCKS [PLAN_OPTION...]
    local run=$results/$2
    [ -s "$work/environment.json" ] || # once for all fixtures: it takes as long as the rest of one
        "$work/$1/bench/measure/environment.sh" run=FIXTURE budget_minutes=1 seed=1 server_cpus=1 client_cpus=0 halts_held_off=no selftest=no > "$work/environment.json" || return
    mkdir "$run" && (cd "$work/$1" && build/bench/measure/plan "${@:4}" "$run") && "$build/fixture/fill" "$run" "$3" &&
        sed "s/\"FIXTURE\"/\"$2\"/" "$work/environment.json" > "$run/environment.json"
}

in_order() { # TRIALS: each trial once, none left out
    diff <(column "$1" trial) <(seq "$(rows "$1")") | head -n 2 | { ! grep .; }
}

block() { awk -F '\t' -v b="$2" '$2 == b { print $3, $5, $6 }' "$1/plan.tsv"; } # RUN NUMBER: its cells in their order

begins_with() { cmp -n "$(stat -c %s "$2")" "$1" "$2"; } # FILE PREFIX_FILE

# A server that this machine cannot run.
printf '#!/bin/sh\necho "zz_unsupported: the kernel has no zz_call" >&2\nexit 77\n' > "$work/unsupported"
chmod +x "$work/unsupported"

# Medians and ratios once more, from the raw rows. Of three blocks none is trimmed: the ratio is the geometric mean.
recomputed() { # RUN LEAST_ROWS
    awk -F '\t' -v least="$2" '
        function near(a, b) { return (a - b) ^ 2 <= (1e-5 * b) ^ 2 } # a difference of CPU times may be negative
        function wrong(what, is) { print $1 " " $2 " " $3 " " $5 ": " what " is " is " in the trials"; bad = 1 }
        FNR == 1 { files++; for (i = 1; i <= NF; i++) { at[files, $i] = i; name[files, i] = $i } next }
        files == 1 && $at[1, "status"] == "ok" { for (i = 8; i < at[1, "status"]; i++) if ($i != "-") value[$3, name[1, i], $4, $5, $2] = $i }
        files == 2 {
            n = pairs = logs = 0
            for (b = 1; b <= 20; b++) {
                if (!(($1, $2, $3, $5, b) in value)) continue
                v[++n] = value[$1, $2, $3, $5, b]
                base = value[$1, $2, $13, $5, b] + 0 # a short program may take no time that is counted
                if (base > 0 && v[n] > 0) { pairs++; logs += log(v[n] / base) }
                for (i = n; i > 1 && v[i] < v[i - 1]; i--) { t = v[i]; v[i] = v[i - 1]; v[i - 1] = t }
            }
            if ($6 != n) wrong("n", n)
            if (n != 3) next
            rows++
            if (!near($7, v[2])) wrong("the median", v[2])
            if ($8 != "-" || $9 != "-" || $14 !~ /too-few-samples/ || $15 != "suspect") wrong("the number of blocks, too few for an interval,", n)
            if (pairs == 3 && !near($10, exp(logs / 3))) wrong("the ratio", exp(logs / 3))
            if ($3 == $13 && $10 != 1) wrong("the ratio to itself", 1)
            if (pairs == 3) ratios++
        }
        END { if (rows < least || ratios < least) { print "only " rows " medians and " ratios " ratios compared"; bad = 1 } exit bad }
    ' "$1/trials.tsv" "$1/summary.tsv"
}
# At the end of a test.
verdict() {
    echo "[  PASSED  ] $passed test(s)."
    [ $skipped -eq 0 ] || echo "[  SKIPPED ] $skipped test(s)."
    [ $failed -eq 0 ] || echo "[  FAILED  ] $failed test(s)."
    [ $failed -eq 0 ]
}
