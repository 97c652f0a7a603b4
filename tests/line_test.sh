#!/bin/bash
# line_test.sh: the measurement line from end to end, on runs of a few seconds: plan, trials, summary, plots, report; then
# killed, cut off, run twice at once, given nonsense, lied to by servers, and with a full disk.
#
# Needs a built build/. Every run has a tree of links to the repository as its root, so that liars can be planted among its
# servers, and whatever it leaves running shows by its working directory: nobody else works there.
# Under a sanitizer (SAN) the machine is slower: everything that is waited for may take five times as long.
set -uo pipefail
if [ "${SAN:-}" = thread ]; then
    # The steps have no threads, and servers whose handlers wait behind accept do not stop.
    echo 'skipped: the measurement line: the thread sanitizer delays the signal handlers of the servers in it'
    echo '[  SKIPPED ] 1 test(s).'
    exit
fi
unset RUN BUDGET EXPERIMENTS MODELS SEED SERVER_CPUS CLIENT_CPUS RESULTS MAKEFLAGS MAKELEVEL MFLAGS
export LC_ALL=C.UTF-8

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(cd "$(mktemp -d)" && pwd -P)
results="$work/the results" # a blank must not matter
waited=$work/waited         # for runs that others are checked beside
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

listing() { find "$results" -type d -print -o -printf '%p %s %T@\n' | sort; }

# The command ends with this status after one line that says why, and leaves no trace among the results.
refuses() { # NAME STATUS TEXT COMMAND...
    local name=$1 status=$2 text=$3 before after is why=
    shift 3
    before=$(listing)
    "$@" > "$work/output" 2> "$work/error"
    is=$?
    after=$(listing)
    [ $is -eq "$status" ] || why+="status $is instead of $status; "
    [ "$(wc -l < "$work/error")" -eq 1 ] || why+="not one line but $(wc -l < "$work/error"); "
    [ ! -s "$work/output" ] || why+="words on the standard output; "
    grep -qF -- "$text" "$work/error" || why+="no '$text'; "
    [ "$before" = "$after" ] || why+="the results changed: $(diff <(echo "$before") <(echo "$after") | head -n 2); "
    if [ -z "$why" ]; then passes "$name"; else fails "$name" "${why}it said: $(head -n 3 "$work/error")"; fi
}

# ---- runs and their processes -----------------------------------------------------------------------------------
tree() { # NAME
    mkdir -p "$work/$1/build/servers"
    ln -s "$repo"/{Makefile,bench,plots} "$work/$1"
    ln -s "$repo"/build/{bench,clients,flags,static} "$work/$1/build"
    ln -s "$repo"/build/servers/* "$work/$1/build/servers"
}

# Takes no part in the checks: says nothing, returns the line's status, keeps its words in TREE.log.
bench() { # TREE KNOB=VALUE...: a RESULTS among the knobs goes before the usual one
    local tree=$1
    shift
    env RESULTS="$results" "$@" "$work/$tree/bench/run.sh" > "$work/$tree.log" 2>&1
}

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
        sleep 0.02
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
    echo $((lines - 1))
}

has_rows() { [ "$(rows "$1")" -ge "$2" ]; } # FILE N

are_whole() { # FILE
    [ -z "$(tail -c 1 "$1")" ] || { echo "no newline at the end of ${1##*/}" && return 1; }
    awk -F '\t' 'NR == 1 { columns = NF } NF != columns { print "line " NR ": " NF " of " columns " columns"; bad = 1 } END { exit bad }' "$1"
}

column() { awk -F '\t' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }' "$1"; } # FILE NAME

value() { # FILE COLUMN KEY=VALUE...: that column in the rows in which the others have those values
    awk -F '\t' -v wanted="$2" -v keys="${*:3}" '
        BEGIN { n = split(keys, key, " ") }
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            for (i = 1; i <= n; i++) { split(key[i], pair, "="); if ($(at[pair[1]]) != pair[2]) next }
            print $(at[wanted])
        }' "$1"
}

all_ok() { # TRIALS
    local bad
    bad=$(awk -F '\t' 'NR > 1 && $NF != "ok" { print $4 " " $5 ": " $NF }' "$1")
    [ -z "$bad" ] || { echo "$bad" && return 1; }
}

in_order() { # TRIALS: each trial once, none left out
    diff <(column "$1" trial) <(seq "$(rows "$1")") | head -n 2 | { ! grep .; }
}

begins_with() { cmp -n "$(stat -c %s "$2")" "$1" "$2"; } # FILE PREFIX_FILE

# ---- planted servers --------------------------------------------------------------------------------------------
plant() { # TREE NAME...
    local tree=$1 name
    shift
    for name in "$@"; do ln -s "$work/planted" "$work/$tree/build/servers/$name"; done
}

cat > "$work/planted.c" << 'END'
// An echo server, one client at a time. What is wrong with it is its name.
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void stop(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/') + 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    char bytes[4096];
    if (argc > 1 && strcmp(argv[1], "--describe") == 0)
        return printf("%s\titerative\tone\t-\tnowhere\tdoes what it is called\n", name) < 0;
    signal(SIGTERM, strcmp(name, "zz_deaf") == 0 ? SIG_IGN : stop);
    while (strcmp(name, "zz_mute") == 0)
        pause();
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (void *)&address, length) < 0 || listen(listener, 128) < 0 ||
        getsockname(listener, (void *)&address, &length) < 0)
        return 1;
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
    for (unsigned served = 1;; served++) {
        int connection = accept(listener, NULL, NULL), lies = strcmp(name, "zz_liar") == 0 && served % 50 == 0;
        ssize_t n;
        while ((n = read(connection, bytes, sizeof bytes)) > 0)
            if (write(connection, bytes, (size_t)(n - lies)) < 0 || lies)
                break;
        close(connection);
    }
}
END
"${CC:-cc}" -D_GNU_SOURCE -o "$work/planted" "$work/planted.c" || exit 1
printf '#!/bin/sh\necho "zz_unsupported: the kernel has no zz_call" >&2\nexit 77\n' > "$work/unsupported"
chmod +x "$work/unsupported"

mkdir "$results" "$waited"
touch "$work/begun"
for name in mute deaf lied tiny cut twice grow asked; do tree $name; done

# ---- servers that do not start or stop: half a minute of waiting, beside the rest -------------------------------------
plant mute zz_mute
plant deaf zz_deaf
begin mute RESULTS="$waited" RUN=mute BUDGET=0 EXPERIMENTS=churn MODELS='epoll zz_mute'
begin deaf RESULTS="$waited" RUN=deaf BUDGET=0 EXPERIMENTS=churn MODELS='epoll zz_deaf'

# ---- a run ------------------------------------------------------------------------------------------------------
tiny=$results/tiny
bench tiny RUN=tiny BUDGET=0 EXPERIMENTS='churn concurrency spawn ipc' MODELS='iterative fork epoll vfork pipe unix_stream'
check 'tiny run: status' equals 'its status' $? 0
check 'tiny run: leaves no process' nothing_left tiny

all_there() {
    local file stem missing=
    for file in {plan,trials,summary,settings,models}.tsv environment.json report.{md,html}; do
        [ -s "$tiny/$file" ] || missing+=" $file"
    done
    for stem in churn concurrency spawn ipc; do
        for file in experiments/$stem.conf plots/$stem.{tsv,svg,png,gp}; do [ -s "$tiny/$file" ] || missing+=" $file"; done
    done
    [ -z "$missing" ] || { echo "missing:$missing" && return 1; }
    ! find "$tiny" -name '*.new' | grep .
}
check 'tiny run: all files' all_there

whole_tables() {
    local table
    for table in "$tiny"/*.tsv; do are_whole "$table" || return 1; done
}
check 'tiny run: tables are whole' whole_tables
check 'tiny run: three blocks' equals 'the last block' "$(column "$tiny/trials.tsv" block | sort -un | paste -sd ' ')" '1 2 3'

as_planned() {
    diff <(cut -f 1-3,5-6 "$tiny/plan.tsv") <(cut -f 1-5 "$tiny/trials.tsv") | head -n 3 | { ! grep .; }
}
check 'tiny run: a row for each planned trial' as_planned
check 'tiny run: every trial is ok' all_ok "$tiny/trials.tsv"

block() { awk -F '\t' -v b="$2" '$2 == b { print $3, $5, $6 }' "$1/plan.tsv"; } # RUN NUMBER: its cells in their order
blocks_differ_in_order_alone() { # RUN
    local one other
    equals 'cells in block 1' "$(block "$1" 1 | sort -u | wc -l)" "$(block "$1" 1 | wc -l)" || return 1
    for one in 1 2 3; do
        for other in 1 2 3; do
            [ "$(block "$1" $one | sort)" = "$(block "$1" $other | sort)" ] || { echo "blocks $one and $other differ" && return 1; }
            [ $one -eq $other ] || [ "$(block "$1" $one)" != "$(block "$1" $other)" ] || { echo "blocks $one and $other: same order" && return 1; }
        done
    done
}
check 'tiny run: each block has every cell once, in another order' blocks_differ_in_order_alone "$tiny"
check 'tiny run: iterative is spared what it cannot do' equals 'its values of x' "$(block "$tiny" 1 | awk '$2 == "iterative" { print $1 $3 }' | sort | paste -sd ' ')" 'churn- concurrency1'

environment_has() {
    jq -e '[.run == "tiny", .budget_minutes == 0, .seed == 1, (.server_cpus | tostring) != "", (.client_cpus | tostring) != "",
        (.halts_held_off | IN("yes", "no")), (.date | test("^20..-..-..T")), .cpus_online > 0, .memory_bytes > 0,
        (.kernel_release | length > 0), (.architecture | length > 0), (.compiler | length > 0), (.flags | test("-std=c11")),
        (.mitigations | type == "object"), (.sysctls | has("net.core.somaxconn")), .limits.nofile != null,
        (.versions.hyperfine | test("[0-9]")), has("cpu_model"), has("virtualization"), has("commit"), has("dirty")]
        | if all then . else ["condition", index(false) + 1, "does not hold"] | join(" ") | halt_error end' "$tiny/environment.json"
}
check 'tiny run: environment.json' environment_has

# Medians and ratios once more, from the raw rows. Of three blocks none is trimmed: the ratio is the geometric mean.
recomputed() { # RUN LEAST_ROWS
    awk -F '\t' -v least="$2" '
        function near(a, b) { return a - b <= 1e-5 * b && b - a <= 1e-5 * b }
        function wrong(what, is) { print $1 " " $2 " " $3 " " $5 ": " what " is " is " in the trials"; bad = 1 }
        FNR == 1 { files++; for (i = 1; i <= NF; i++) { at[files, $i] = i; name[files, i] = $i } next }
        files == 1 && $NF == "ok" { for (i = 8; i < NF; i++) if ($i != "-") value[$3, name[1, i], $4, $5, $2] = $i }
        files == 2 {
            n = pairs = logs = 0
            for (b = 1; b <= 3; b++) {
                if (!(($1, $2, $3, $5, b) in value)) continue
                v[++n] = value[$1, $2, $3, $5, b]
                if (($1, $2, $13, $5, b) in value) { pairs++; logs += log(v[n] / value[$1, $2, $13, $5, b]) }
                for (i = n; i > 1 && v[i] < v[i - 1]; i--) { t = v[i]; v[i] = v[i - 1]; v[i - 1] = t }
            }
            if ($6 != n) wrong("n", n)
            if (n != 3) next
            rows++
            if (!near($7, v[2])) wrong("the median", v[2])
            if ($8 != "-" || $9 != "-" || $14 !~ /too-few/) wrong("the number of blocks, too few for an interval,", n)
            if (pairs == 3 && !near($10, exp(logs / 3))) wrong("the ratio", exp(logs / 3))
            if ($3 == $13 && $10 != 1) wrong("the ratio to itself", 1)
            if (pairs == 3) ratios++
        }
        END { if (rows < least || ratios < least) { print "only " rows " medians and " ratios " ratios compared"; bad = 1 } exit bad }
    ' "$1/trials.tsv" "$1/summary.tsv"
}
check 'tiny run: medians and ratios recomputed from the trials' recomputed "$tiny" 40

fork_costs_more() {
    local fork epoll
    fork=$(value "$tiny/summary.tsv" median metric=server_cpu_us_per_connection model=fork x=-)
    epoll=$(value "$tiny/summary.tsv" median metric=server_cpu_us_per_connection model=epoll x=-)
    awk -v f="$fork" -v e="$epoll" 'BEGIN { print "fork " f " µs, epoll " e " µs"; exit !(e > 0 && f > 1.5 * e) }'
}
check 'tiny run: a connection costs the fork server more CPU than epoll' fork_costs_more

same_summary_again() {
    cp -r "$tiny" "$work/again" && "$repo/build/bench/summarize" "$work/again" && cmp "$tiny/summary.tsv" "$work/again/summary.tsv"
}
check 'tiny run: the same trials give the same summary' same_summary_again

pictures() {
    local stem size
    for stem in churn concurrency spawn ipc; do
        if command -v xmllint > /dev/null; then
            xmllint --noout "$tiny/plots/$stem.svg" || return 1
        else
            says "$tiny/plots/$stem.svg" '</svg>' || return 1
        fi
        ! grep -n 'scale(0\.00)' "$tiny/plots/$stem.svg" || return 1 # a point of no size: librsvg then draws nothing at all
        equals "$stem.png's signature" "$(od -An -tx1 -N8 "$tiny/plots/$stem.png" | tr -d ' ')" 89504e470d0a1a0a || return 1
        size=$(od -An -tx1 -j16 -N8 "$tiny/plots/$stem.png" | tr -d ' ')
        awk -v w=$((16#${size:0:8})) -v h=$((16#${size:8})) -v bytes="$(stat -c %s "$tiny/plots/$stem.png")" -v stem="$stem" 'BEGIN {
            print stem ".png: " w " x " h ", " bytes " bytes"
            exit !(w >= 600 && w <= 6000 && h >= 300 && h <= 6000 && bytes > 8000)
        }' || return 1
    done
}
check 'tiny run: plots are pictures' pictures

draws_again() {
    cp -r "$tiny/plots" "$work/redrawn" && cd "$work/redrawn" && rm churn.svg && gnuplot churn.gp && cmp churn.svg "$tiny/plots/churn.svg"
}
check 'tiny run: a plot is drawn again from its own folder' draws_again

stands_alone() {
    local html=$tiny/report.html
    equals 'svg elements' "$(grep -o '<svg[ >]' "$html" | wc -l)" 4 &&
        { ! grep -oEi '<(link|script|img|image|iframe|object|embed|video|audio|source|use)\b[^>]*(src|href|data)="[^#"][^"]*"' "$html" | grep .; } &&
        { ! grep -oEi "(@import|url\\([\"']?[^#\"')][^)]*)" "$html" | grep .; }
}
check 'report: one file that loads nothing, with every plot inside' stands_alone

links_lead_somewhere() {
    local html=$tiny/report.html ids missing
    ids=$(grep -oE "\\bid=[\"'][^\"']*" "$html" | sed "s/^id=.//" | sort)
    equals 'ids used twice' "$(uniq -d <<< "$ids" | paste -sd ' ')" '' || return 1
    missing=$(grep -oE "href=[\"']#[^\"']*" "$html" | sed 's/^[^#]*#//' | sort -u | comm -23 - <(uniq <<< "$ids"))
    equals 'links without a target' "$missing" '' || return 1
    grep -oE '<a href="[^#"][^"]*"' "$html" | sed 's/^<a href="//; s/"$//' | sort -u | while read -r file; do
        [ -e "$tiny/$file" ] || { echo "there is no $file" && exit 1; }
    done
}
check 'report: its links lead somewhere' links_lead_somewhere

names_models() {
    local model text
    text=$(unescaped "$tiny/report.md")
    for model in iterative fork epoll vfork pipe unix_stream; do
        grep -qw -- "$model" <<< "$text" || { echo "$model is not in report.md" && return 1; }
        grep -qw -- "$model" "$tiny/report.html" || { echo "$model is not in report.html" && return 1; }
    done
}
check 'report: names every model' names_models
check 'report: says that three blocks are too few' says "$tiny/report.md" 'too few blocks for an interval: 3'

# ---- what does the same and what does not -------------------------------------------------------------------------
same_seed_same_plan() {
    cd "$work/tiny" || return 1
    for plan in 'one 7' 'two 7' 'other 8'; do
        mkdir "$work/plan-${plan% *}" && build/bench/plan --budget 0 --seed "${plan#* }" "$work/plan-${plan% *}" || return 1
    done
    cmp "$work/plan-one/plan.tsv" "$work/plan-two/plan.tsv" || return 1
    for number in 1 2 3; do
        [ "$(block "$work/plan-one" $number)" != "$(block "$work/plan-other" $number)" ] || { echo "block $number: same order" && return 1; }
        [ "$(block "$work/plan-one" $number | sort)" = "$(block "$work/plan-other" $number | sort)" ] || { echo "block $number: other cells" && return 1; }
    done
}
check 'plan: the same seed gives the same, another seed another order' same_seed_same_plan

# ---- killed, and on it goes -----------------------------------------------------------------------------------------
cut=$results/cut
again=(cut RUN=cut "BUDGET=0.$((slow > 1 ? 35 : 15))") # enough blocks for four kills

# Starts the run, kills one of its processes when there are more rows and another process is at work, and looks at what is left.
# shellcheck disable=SC2317  # inhabitant and has_rows are called by within
killed() { # SIGNAL VICTIM_PATTERN WITNESS_PATTERN KNOB...
    local signal=$1 victim=$2 witness=$3 least
    least=$(($(rows "$cut/trials.tsv") + 1))
    shift 3
    begin "${again[@]}" "$@"
    if within 10 has_rows "$cut/trials.tsv" "$least" && within 10 inhabitant cut "$witness" && kill -"$signal" "$(inhabitant cut "$victim")"; then
        passes "kill -$signal of ${victim##*/} with ${witness##*/} at work"
    else
        fails "kill -$signal of ${victim##*/} with ${witness##*/} at work" "it never came to that: $(tail -n 2 "$work/cut.log")"
    fi
    least=$(rows "$cut/trials.tsv")
    check "kill -$signal of ${victim##*/}: nothing is left running" nothing_left cut
    check "kill -$signal of ${victim##*/}: nothing more is measured" test "$(rows "$cut/trials.tsv")" -le $((least + 1))
    check "kill -$signal of ${victim##*/}: the run failed" test "$(status cut)" -ne 0
    check "kill -$signal of ${victim##*/}: no row is torn" are_whole "$cut/trials.tsv"
    check "kill -$signal of ${victim##*/}: earlier rows are as they were" begins_with "$cut/trials.tsv" "$work/before"
    cp "$cut/trials.tsv" "$work/before"
}
: > "$work/before"
killed TERM '^build/bench/trial' '^build/servers/prefork' EXPERIMENTS='churn ipc' MODELS='epoll fork prefork pipe'
check 'kill -TERM: says that it can go on' says "$work/cut.log" 'the same run goes on'
killed KILL '^build/bench/trial' '^build/servers/prefork'
killed KILL '^build/bench/trial' '^hyperfine'
killed TERM 'bench/run.sh' '^build/servers/fork'

truncate -s -10 "$cut/trials.tsv"
refuses 'torn row: summarize' 1 "$cut/trials.tsv" "$repo/build/bench/summarize" "$cut"
head -n -1 "$work/before" > "$work/kept"
bench "${again[@]}"
check 'torn row: the run goes on to its end' equals 'its status' $? 0
check 'torn row: the run says so' says "$work/cut.log" 'last row was cut off'
check 'killed run: rows are as they were' begins_with "$cut/trials.tsv" "$work/kept"
check 'killed run: whole in the end' are_whole "$cut/trials.tsv"
check 'killed run: no trial twice, none left out' in_order "$cut/trials.tsv"
check 'killed run: ends with a whole block' equals 'rows in the last block' $(($(rows "$cut/trials.tsv") % 4)) 0
check 'killed run: every trial is ok' all_ok "$cut/trials.tsv"
check 'killed run: report' test -s "$cut/report.html"

raw_times_kept() {
    jq -r .trial "$cut/hyperfine.jsonl" > "$work/raw" || return 1
    equals 'timed trials without raw times' "$(comm -13 <(sort -u "$work/raw") <(value "$cut/trials.tsv" trial experiment=ipc | sort) | paste -sd ' ')" ''
}
check 'killed run: raw times of every timed trial' raw_times_kept
check 'killed run: no temporary file' equals 'left in /tmp' "$(find /tmp -maxdepth 1 -name 'forklore-*' -newer "$work/begun" | paste -sd ' ')" ''

# ---- more time, less time -----------------------------------------------------------------------------------------
grow=$results/grow
grown() { # BUDGET
    cp "$grow/trials.tsv" "$work/before"
    bench grow RUN=grow BUDGET="$1" || { tail -n 1 "$work/grow.log" && return 1; }
    begins_with "$grow/trials.tsv" "$work/before" && in_order "$grow/trials.tsv" &&
        equals 'n' "$(value "$grow/summary.tsv" n metric=server_cpu_us_per_connection)" "$(rows "$grow/trials.tsv")"
}
bench grow RUN=grow BUDGET=0 EXPERIMENTS=churn MODELS=epoll
check 'more time: first three blocks' equals 'rows' "$(rows "$grow/trials.tsv")" 3
check 'more time: earlier rows are as they were' grown 0.03
check 'more time: more blocks' has_rows "$grow/trials.tsv" 4
check 'less time: what was measured stays' grown 0

# ---- twice at once ------------------------------------------------------------------------------------------------
begin twice RUN=twice BUDGET=0.06 EXPERIMENTS=churn MODELS=epoll
within 10 has_rows "$results/twice/trials.tsv" 1
cp "$results/twice"/{plan.tsv,environment.json} "$work"
env RESULTS="$results" RUN=twice BUDGET=0 "$work/twice/bench/run.sh" > "$work/output" 2> "$work/error"
check 'twice at once: the second fails' equals 'its status' $? 1
check 'twice at once: the second says why' says "$work/error" 'another run is writing'
check 'twice at once: in one line' equals 'lines' "$(wc -l < "$work/error")" 1
check 'twice at once: the plan stays' cmp "$work/plan.tsv" "$results/twice/plan.tsv"
check 'twice at once: environment.json stays' cmp "$work/environment.json" "$results/twice/environment.json"
check 'twice at once: the first goes on' equals 'its status' "$(status twice)" 0
check 'twice at once: no trial twice' in_order "$results/twice/trials.tsv"

# ---- liars, and what the machine cannot run -------------------------------------------------------------------------
lied=$results/lied
plant lied zz_liar zz_fair
ln -s "$work/unsupported" "$work/lied/build/servers/zz_unsupported"
bench lied RUN=lied BUDGET=0 EXPERIMENTS=churn MODELS='epoll zz_fair zz_liar zz_unsupported'
check 'liar: the run goes on' equals 'its status' $? 0

flagged() { # RUN MODEL REASON: no number anywhere, and the reason wherever one would look for the number
    local run=$1 model=$2 reason=$3
    equals "valid trials of $model" "$(value "$run/trials.tsv" model "model=$model" status=ok)" '' &&
        equals "trials of $model" "$(value "$run/trials.tsv" model "model=$model" | wc -l)" 3 &&
        equals "medians of $model" "$(value "$run/summary.tsv" median "model=$model" | sort -u)" - &&
        says <(value "$run/summary.tsv" note "model=$model") "$reason" &&
        says "$run/plots/churn.words" "no valid trial: $model" &&
        says <(unescaped "$run/report.md") "$reason" &&
        equals 'valid trials of epoll' "$(value "$run/trials.tsv" model model=epoll status=ok | wc -l)" 3
}
check 'liar: flagged, and nothing else' flagged "$lied" zz_liar ' failures'
check 'liar: the same server without the lie is ok' equals 'valid trials' "$(value "$lied/trials.tsv" status model=zz_fair | paste -sd ' ')" 'ok ok ok'

unsupported_is_named() {
    local reason='the kernel has no zz_call'
    equals 'its status' "$(value "$lied/models.tsv" status name=zz_unsupported)" "skipped: $reason" &&
        equals 'its trials' "$(value "$lied/plan.tsv" trial model=zz_unsupported)" '' &&
        says <(unescaped "$lied/report.md") "Not run: zz_unsupported: $reason" &&
        says "$lied/report.html" "zz_unsupported: $reason" &&
        says "$lied/plots/churn.words" "not run: zz_unsupported ($reason)"
}
check 'a model that this machine cannot run: named with its reason' unsupported_is_named
not_called_a_failure() { ! grep 'no valid trial.*zz_unsupported' "$lied/plots/churn.words" && ! unescaped "$lied/report.md" | grep 'zz_unsupported no valid trial'; }
check 'a model that this machine cannot run: has not failed either' not_called_a_failure

# ---- questions of one's own: some models only, and linking -----------------------------------------------------------
# A root whose experiments are its own; plots and report come from here, so that they are those of the repository.
asked=$work/asked
rm "$asked/bench"
mkdir -p "$asked/bench/experiments"
ln -s "$repo"/bench/*.sh "$repo/bench/report.html.in" "$asked/bench"
ln -s "$work/unsupported" "$asked/build/servers/zz_unsupported"

ask() { # NAME KEY_AND_VALUE...: an experiment
    printf '%s\n' "question Which?" "kind serve" "requests 1" "bytes 64" "pool 4" "window_s 0.03" "warmup_s 0.01" "per connection" \
        "metric server_cpu_us_per_connection" "baseline epoll" "headline fork" "${@:2}" > "$asked/bench/experiments/$1.conf"
}

ask some 'models epoll fork zz_unsupported' 'connections 4'
ask waits 'models epoll iterative prefork_reuseport' 'vary connections 1 2' 'requests 0' 'metric server_cpu_us_per_echo'
sed -i '/^requests 1\|^metric .*connection$/d' "$asked/bench/experiments/waits.conf" # the first of two lines counts
bench asked RUN=some BUDGET=0 EXPERIMENTS='some waits'
check 'some models: the run ends well' equals 'its status' $? 0
some=$results/some
check 'some models: no others' equals 'the models' "$(value "$some/models.tsv" name experiment=some | paste -sd ' ')" 'epoll fork zz_unsupported'
check 'some models: all of them' equals 'the cells' "$(block "$some" 1 | awk '$1 == "some" { print $2 }' | sort | paste -sd ' ')" 'epoll fork'
check 'some models: one that cannot run here is named' says <(unescaped "$some/report.md") 'Not run: zz_unsupported: the kernel has no zz_call'
check 'left out: one at a time' says "$some/report.md" 'Left out at 2 connections: iterative; a server that serves one connection at a time'
check 'left out: by a hash' says <(unescaped "$some/report.md") 'Left out at 2 connections: prefork_reuseport; the kernel may give two connections to one worker'
check 'the models: with the size of their pools' says <(unescaped "$some/report.md") "| prefork_reuseport | process | $(value "$some/models.tsv" workers name=prefork_reuseport) | waits |"

rm "$asked"/bench/experiments/*
ask linked 'models epoll fork' 'connections 4' 'vary linking dynamic static'
bench asked RUN=linked BUDGET=0
status=$?
linked=$results/linked
if [ -e "$repo/build/static/none" ]; then # under a sanitizer, or where everything is linked statically
    check 'linking: nothing to compare: the run fails' equals 'its status' $status 1
    check 'linking: nothing to compare: says why' says "$work/asked.log" "fork is skipped: $(cat "$repo/build/static/none")"
else
    check 'linking: the run ends well' equals 'its status' $status 0
    check 'linking: every trial is ok' all_ok "$linked/trials.tsv"
    two_folders() {
        diff <(awk -F '\t' 'NR > 1 { print $6, $7 }' "$linked/plan.tsv" | sort -u) - << 'END'
dynamic build/servers/epoll
dynamic build/servers/fork
static build/static/servers/epoll
static build/static/servers/fork
END
    }
    check 'linking: dynamic and static programs' two_folders
    is_static() { ! readelf -l "$repo/build/static/servers/$1" | grep INTERP && readelf -l "$repo/build/servers/$1" | grep -q INTERP; }
    check 'linking: a static copy is static, the program beside it is not' is_static fork
    check 'linking: ratios are to the baseline of the same linking' recomputed "$linked" 4
    check 'linking: a sentence on dynamic programs' says "$linked/report.md" '- With dynamic linking a connection costs the fork server '
    check 'linking: a sentence on static programs' says "$linked/report.md" '- With static linking a connection costs the fork server '
    check 'linking: fork_exec executes a static program' test -x "$repo/build/static/servers/inetd/echo"
fi

bad_question() { # TEXT NAME KEY_AND_VALUE...
    rm -f "$asked"/bench/experiments/*
    ask "${@:2}"
    refuses "bad question: $1" "$status" "$1" env RESULTS="$results" RUN=bad BUDGET=0 "$asked/bench/run.sh"
    rm -rf "$results/bad"
}
status=2 bad_question "no program of experiment bad is called 'nosuch'" bad 'models epoll nosuch' 'connections 4'
status=1 bad_question "unrecognized option '--lynking'" bad 'models epoll' 'connections 4' 'vary lynking 1 2'
status=1 MODELS=thread bad_question 'no experiment asked for measures a model asked for' bad 'models epoll' 'connections 4'
[ -e "$repo/build/static/none" ] ||
    status=1 bad_question "not 'elastic'" bad 'models epoll' 'connections 4' 'vary linking elastic static'

# ---- bad input ----------------------------------------------------------------------------------------------------
plan=$repo/build/bench/plan trial=$repo/build/bench/trial summarize=$repo/build/bench/summarize
bad_knob() { # STATUS TEXT KNOB=VALUE...
    refuses "bad input: ${*:3}" "$1" "$2" env RESULTS="$results" RUN=bad BUDGET=0 EXPERIMENTS=churn MODELS=epoll "${@:3}" "$work/tiny/bench/run.sh"
    rm -rf "$results/bad" # whoever was not refused
}
bad_knob 2 "'../x'" RUN=../x
bad_knob 2 "'.hidden'" RUN=.hidden
bad_knob 2 "'abc'" BUDGET=abc
bad_knob 2 "'-1'" BUDGET=-1
bad_knob 2 "'99999'" BUDGET=99999
bad_knob 2 "'x'" SEED=x
bad_knob 2 "'1.5'" SEED=1.5
bad_knob 2 "'nosuch'" EXPERIMENTS=nosuch
bad_knob 2 "nosuch" EXPERIMENTS='churn nosuch'
bad_knob 2 "'nosuch'" MODELS=nosuch
bad_knob 2 "nosuch" MODELS='epoll nosuch'
bad_knob 2 "'9999'" SERVER_CPUS=9999
bad_knob 2 "'abc'" SERVER_CPUS=abc
bad_knob 2 "'1-'" CLIENT_CPUS=1-
bad_knob 2 "1000" SERVER_CPUS=1000
mkdir "$results/letters" "$results/empty"
echo 'dear me' > "$results/letters/one.txt"
bad_knob 1 'is not a run' RUN=letters
bad_knob 2 'was planned already' RUN=tiny EXPERIMENTS= MODELS= SEED=2
for folder in "$results/letters" "$results/nosuch"; do
    what="${folder##*/}, which is no run"
    refuses "bad input: trial on $what" 1 "$folder is not a run" "$trial" "$folder"
    refuses "bad input: summarize on $what" 1 "$folder is not a run" "$summarize" "$folder"
    refuses "bad input: plots on $what" 1 "$folder is not a run" "$repo/bench/plots.sh" "$folder"
    refuses "bad input: report on $what" 1 "$folder is not a run" "$repo/bench/report.sh" "$folder"
done
refuses 'bad input: plan, an option that is none' 2 "'--nosuch'" "$plan" --nosuch "$results/bad"
refuses 'bad input: trial, an option that is none' 2 "'--nosuch'" "$trial" --nosuch "$tiny"
refuses 'bad input: summarize, an option that is none' 2 'usage' "$summarize" --nosuch
refuses 'bad input: plan without a folder' 2 'which folder' "$plan"
refuses 'bad input: plan, half a seed' 2 "'1.5'" "$plan" --seed 1.5 "$results/empty"
refuses 'bad input: trial without a folder' 2 'which folder' "$trial"
refuses 'bad input: trial, a budget that is none' 2 "'x'" "$trial" --budget x "$tiny"
refuses 'bad input: two folders' 2 "$tiny" "$trial" "$cut" "$tiny"
refuses 'bad input: plots without a folder' 2 'usage' "$repo/bench/plots.sh"
refuses 'bad input: report without a folder' 2 'usage' "$repo/bench/report.sh"

from_make() { # TEXT TARGET KNOB...: make fails and says so
    local status
    make -C "$work/tiny" --no-print-directory -o build/bench/summarize RESULTS="$results" "${@:2}" > /dev/null 2> "$work/error"
    status=$?
    equals 'the status' $status 2 && says "$work/error" "$1"
}
check 'bad input: make plots without RUN' from_make 'give RUN=' plots
check 'bad input: make report without RUN' from_make 'give RUN=' report
check 'bad input: make plots, no such run' from_make 'is not a run' plots RUN=nosuch
check 'bad input: make report, no such run' from_make 'is not a run' report RUN=nosuch

# ---- a full disk ------------------------------------------------------------------------------------------------
# In a mount namespace of its own: the disk is gone with the last process in it. trials.tsv has the rest of its page, which
# is a few rows, and then nothing.
disk=$work/disk
cat > "$work/on_a_disk.sh" << 'END'
cd "$1" && disk=$2 work=$3
mount -t tmpfs -o size=64k none "$disk" || exit 77
mkdir "$disk/run" && cp -r "$4"/{settings.tsv,models.tsv,cells.tsv,left_out.tsv,experiments,trials.tsv} "$disk/run" && build/bench/plan --budget 1 "$disk/run" || exit 1
cp "$disk/run/trials.tsv" "$work/disk-before"
cat /dev/zero > "$disk/rest" 2> /dev/null
build/bench/trial --budget 1 "$disk/run" > /dev/null 2> "$work/disk-error"
echo $? > "$work/disk-status"
cp "$disk/run/trials.tsv" "$work/disk-after"
RESULTS=$disk RUN=new BUDGET=0 EXPERIMENTS=churn MODELS=epoll bench/run.sh 2> "$work/disk-plan-error"
echo $? > "$work/disk-plan-status"
ls "$disk" > "$work/disk-listing"
rm "$disk/rest"
timeout "$5" build/bench/trial --budget 1 "$disk/run" 2> "$work/disk-error-again"
cp "$disk/run/trials.tsv" "$work/disk-again"
END
mkdir "$disk"
as_root=--map-root-user
[ "$(id -u)" -ne 0 ] || as_root=
# shellcheck disable=SC2086  # no word if it is empty
unshare --mount $as_root bash "$work/on_a_disk.sh" "$work/grow" "$disk" "$work" "$grow" $((2 * slow)) > "$work/disk-output" 2>&1
if [ -e "$work/disk-before" ]; then
    check 'full disk: the run stops' equals 'its status' "$(cat "$work/disk-status")" 1
    check 'full disk: the last line says why' says <(tail -n 1 "$work/disk-error") 'trials.tsv: the rows so far are kept: No space left on device'
    check 'full disk: a few rows went in' test "$(rows "$work/disk-after")" -gt "$(rows "$work/disk-before")"
    check 'full disk: rows are whole' are_whole "$work/disk-after"
    check 'full disk: rows are as they were' begins_with "$work/disk-after" "$work/disk-before"
    check 'full disk: a new run is refused' equals 'its status' "$(cat "$work/disk-plan-status")" 1
    check 'full disk: a new run says why' says <(tail -n 1 "$work/disk-plan-error") 'No space left on device'
    check 'full disk: a new run leaves no folder' equals 'the folders' "$(paste -sd ' ' "$work/disk-listing")" 'rest run'
    check 'space again: the run goes on' test "$(rows "$work/disk-again")" -gt "$(rows "$work/disk-after")"
    check 'space again: rows are as they were' begins_with "$work/disk-again" "$work/disk-after"
    check 'full disk: nothing is left running' nothing_left grow
else
    skips 'full disk' "no tmpfs can be mounted here: $(head -n 1 "$work/disk-output")"
fi

# ---- those who were waited for --------------------------------------------------------------------------------------
check 'a server that never starts: the run goes on' equals 'its status' "$(status mute)" 0
check 'a server that never starts: flagged' flagged "$waited/mute" zz_mute 'server did not start'
check 'a server that never starts: not left running' nothing_left mute
check 'a server that ignores SIGTERM: the run goes on' equals 'its status' "$(status deaf)" 0
check 'a server that ignores SIGTERM: flagged' flagged "$waited/deaf" zz_deaf 'server did not stop'
check 'a server that ignores SIGTERM: not left running' nothing_left deaf

echo "[  PASSED  ] $passed test(s)."
[ $skipped -eq 0 ] || echo "[  SKIPPED ] $skipped test(s)."
[ $failed -eq 0 ] || echo "[  FAILED  ] $failed test(s)."
[ $failed -eq 0 ]
