#!/bin/bash
# line_test.sh: the measurement line from end to end, on runs of a few seconds: plan, trials, summary, plots, report; then
# killed, cut off, run twice at once, given nonsense, lied to by servers, and with a full disk.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"
waited=$work/waited # for runs that others are checked beside

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

mkdir "$waited"
touch "$work/begun"
for name in mute deaf lied tiny cut twice grow; do tree $name; done

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

blocks_differ_in_order_alone() { # RUN: models that were asked for take part in every block
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

check 'tiny run: medians and ratios recomputed from the trials' recomputed "$tiny" 25

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
core() { grep -l '^core  *yes' "$repo"/bench/experiments/*.conf | xargs -n 1 basename -s .conf | paste -sd ' '; }
others() { grep -L '^core  *yes' "$repo"/bench/experiments/*.conf | xargs -n 1 basename -s .conf | paste -sd ' '; }
same_seed_same_plan() {
    cd "$work/tiny" || return 1
    for plan in 'one 7' 'two 7' 'other 8'; do
        mkdir "$work/plan-${plan% *}" && build/bench/plan --budget 0 --seed "${plan#* }" "$work/plan-${plan% *}" || return 1
    done
    cmp "$work/plan-one/plan.tsv" "$work/plan-two/plan.tsv" || return 1
    equals 'the questions' "$(column "$work/plan-one/plan.tsv" experiment | sort -u | paste -sd ' ')" "$(core)" || return 1
    equals 'the questions not asked' "$(column "$work/plan-one/not_asked.tsv" experiment | paste -sd ' ')" "$(others)" || return 1
    for number in 1 2 3; do
        [ "$(block "$work/plan-one" $number)" != "$(block "$work/plan-other" $number)" ] || { echo "block $number: same order" && return 1; }
        [ "$(block "$work/plan-one" $number | sort)" = "$(block "$work/plan-other" $number | sort)" ] || { echo "block $number: other cells" && return 1; }
    done
}
check 'plan: the same seed gives the same, another seed another order; without a choice only the core is asked' same_seed_same_plan
all_asked() {
    cd "$work/tiny" && mkdir "$work/plan-all" && build/bench/plan --budget 0 --experiments all "$work/plan-all" || return 1
    equals 'how many are not asked' "$(rows "$work/plan-all/not_asked.tsv")" 0 &&
        equals 'the questions' "$(column "$work/plan-all/plan.tsv" experiment | sort -u | wc -l)" "$(find "$repo/bench/experiments" -name '*.conf' | wc -l)"
}
check 'plan: all questions on demand' all_asked
not_asked_is_named() { says <(unescaped "$tiny/report.md") "Not asked in this run: $(column "$tiny/not_asked.tsv" experiment | paste -sd , | sed 's/,/, /g')."; }
check 'report: names what was not asked' not_asked_is_named

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
check 'killed run: ends with a whole block' equals 'rows in the last block' $(($(rows "$cut/trials.tsv") % $(block "$cut" 1 | wc -l))) 0
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

verdict
