#!/bin/bash -p
# line_test.sh: the measurement line from end to end, on runs of a few seconds: plan, trials, summary, plots, report; then
# given more time, and servers that lie, do not start or do not stop.
#
# Needs a built build/.
# Runs in turn: it measures.
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
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

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
    if (bind(listener, (void *)&address, length) < 0 || listen(listener, 4096) < 0 ||
        getsockname(listener, (void *)&address, &length) < 0)
        return 1;
    printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
    fflush(stdout);
    double begun_s = 0;
    for (unsigned served = 1;; served++) {
        int connection = accept(listener, NULL, NULL), lies = strcmp(name, "zz_mutant") == 0 && served % 50 == 0;
        ssize_t n;
        begun_s = begun_s > 0 ? begun_s : now_s();
        if (strcmp(name, "zz_fading") == 0 && now_s() - begun_s > 0.1)
            usleep(5000);
        while ((n = read(connection, bytes, sizeof bytes)) > 0)
            if (write(connection, bytes, (size_t)(n - lies)) < 0 || lies)
                break;
        close(connection);
    }
}
END
"${CC:-cc}" -D_GNU_SOURCE -o "$work/planted" "$work/planted.c" || exit 1

mkdir "$waited"
for name in mute deaf lied tiny grow; do tree $name; done
ln -sf "$build/bench/doctor/costs" "$work/tiny/build/bench/doctor/costs"

# The suite's questions, asked for a shorter time.
shortly() { # TREE STEM...
    local stem
    own_questions "$work/$1"
    for stem in "${@:2}"; do
        sed -E 's/^(window_s) .*/\1 0.05/; s/^(warmup_s) .*/\1 0.01/; s/^(vary +connections) .*/\1 1 8/; s/^(headline_at) .*/\1 8/; s/^(counts +[0-9]+)0 ([0-9]+)0$/\1 \2/' \
            "$repo/bench/questions/experiments/$stem.conf" > "$work/$1/bench/questions/experiments/$stem.conf"
    done
}

# ---- servers that do not start or stop: ten seconds of waiting twice, beside the rest ---------------------------------
waits_for() { # TREE SERVER: in two trials, all others beside them
    plant "$1" "$2"
    shortly "$1" churn
    sed -i "/^headline /d" "$work/$1/bench/questions/experiments/churn.conf"
    printf '%s\n' "models epoll $2" 'headline epoll' >> "$work/$1/bench/questions/experiments/churn.conf"
    begin "$1" RESULTS="$waited" RUN="$1" BUDGET=0
}
waits_for mute zz_mute
waits_for deaf zz_deaf

# ---- a run ------------------------------------------------------------------------------------------------------
tiny=$results/tiny
shortly tiny churn concurrency spawn ipc
check 'tiny run: status' runs tiny RUN=tiny BUDGET=0 EXPERIMENTS='churn concurrency spawn ipc' MODELS='iterative fork epoll vfork pipe unix_stream'
check 'tiny run: leaves no process' nothing_left tiny

all_there() {
    local file stem missing=
    for file in {plan,trials,summary,settings,models}.tsv environment.json report.{json,md,html}; do
        [ -s "$tiny/$file" ] || missing+=" $file"
    done
    for stem in churn concurrency spawn ipc; do
        for file in experiments/$stem.conf plots/$stem.{tsv,svg,png,gp}; do [ -s "$tiny/$file" ] || missing+=" $file"; done
    done
    [ -z "$missing" ] || { echo "missing:$missing" && return 1; }
    ! find "$tiny" -name '*.new' | grep .
}
check 'tiny run: all files' all_there
check 'tiny run: is in the list of runs' says "$results/index.html" 'href="tiny/report.html"'

whole_tables() {
    local table
    for table in "$tiny"/*.tsv; do are_whole "$table" || return 1; done
}
check 'tiny run: tables are whole' whole_tables
check 'tiny run: a first look at each question, and two blocks of all' equals 'the blocks' "$(column "$tiny/trials.tsv" block | sort -un | paste -sd ' ')" '1 2 3 4 5 6'
looks_in_order() {
    equals 'the questions' "$(awk -F '\t' '$2 <= 4 { print $2, $3 }' "$tiny/plan.tsv" | uniq | paste -sd ' ')" '1 churn 2 concurrency 3 spawn 4 ipc'
}
check 'tiny run: the most important question is looked at first' looks_in_order

as_planned() {
    diff <(cut -f 1-3,5-6 "$tiny/plan.tsv") <(cut -f 1-5 "$tiny/trials.tsv") | head -n 3 | { ! grep .; }
}
check 'tiny run: a row for each planned trial' as_planned
client_recorded() { # epoll on every machine; what hyperfine times has no client
    equals 'of servers' "$(value "$tiny/trials.tsv" client_io experiment=churn | sort -u)" epoll &&
        equals 'of programs' "$(value "$tiny/trials.tsv" client_io experiment=spawn | sort -u)" -
}
check "tiny run: the client's I/O is recorded" client_recorded
check 'tiny run: every trial is ok' all_ok "$tiny/trials.tsv"

blocks_differ_in_order_alone() {
    equals 'cells in block 5' "$(block "$tiny" 5 | sort -u | wc -l)" "$(rows "$tiny/cells.tsv")" &&
        equals 'trials in block 5' "$(block "$tiny" 5 | wc -l)" "$(rows "$tiny/cells.tsv")" || return 1
    [ "$(block "$tiny" 5 | sort)" = "$(block "$tiny" 6 | sort)" ] || { echo "blocks 5 and 6 differ: $(diff <(block "$tiny" 5 | sort) <(block "$tiny" 6 | sort) | paste -sd ' '); $(tail -n +2 "$tiny/doubts.tsv" | paste -sd ' ')" && return 1; }
    [ "$(block "$tiny" 5)" != "$(block "$tiny" 6)" ] || { echo 'blocks 5 and 6: same order' && return 1; }
}
check 'tiny run: then each block has every cell once, in another order' blocks_differ_in_order_alone
check 'tiny run: iterative is spared what it cannot do' equals 'its values of x' "$(block "$tiny" 5 | awk '$2 == "iterative" { print $1 $3 }' | sort | paste -sd ' ')" 'churn- concurrency1'

environment_has() {
    jq -e '[.run == "tiny", .budget_minutes == 0, .seed == 1, (.server_cpus | tostring) != "", (.client_cpus | tostring) != "",
        (.halts_held_off | IN("yes", "no")), .client_io == "epoll", .selftest == "no", (.date | test("^20..-..-..T")), .cpus_online > 0, .memory_bytes > 0,
        (.kernel_release | length > 0), (.architecture | length > 0), (.compiler | length > 0), (.flags | test("-std=c11")),
        (.mitigations | type == "object"), (.sysctls | has("net.core.somaxconn")), .costs.fork_us > 0, .limits.nofile != null,
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
    cp -r "$tiny" "$work/again" && analyse "$work/again" && cmp "$tiny/summary.tsv" "$work/again/summary.tsv"
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
    equals 'plots' "$(grep -o '<svg role="img" aria-label="' "$html" | wc -l)" 4 &&
        { ! grep -oEi '<(link|script|img|image|iframe|object|embed|video|audio|source|use)\b[^>]*(src|href|data)="[^#"][^"]*"' "$html" | grep .; } &&
        { ! grep -oEi "(@import|url\\([\"']?[^#\"')][^)]*)" "$html" | grep .; }
}
check 'report: one file that loads nothing, with every plot inside' stands_alone

links_lead_somewhere() {
    local html=$tiny/report.html ids missing
    ids=$(grep -oE "\\bid=[\"'][^\"']*" "$html" | sed "s/^id=.//" | sort)
    equals 'ids used twice' "$(uniq -d <<< "$ids" | paste -sd ' ')" '' || return 1
    missing=$(grep -oE "href=[\"']#[^\"']*" "$html" | sed 's,^[^#]*#,,; s,/.*,,' | sort -u | comm -23 - <(uniq <<< "$ids"))
    equals 'links without a target' "$missing" '' || return 1
    grep -oE '<a href="[^#"][^"]*"' "$html" | sed 's/^<a href="//; s/"$//' | sort -u | while read -r file; do
        [ -e "$tiny/$file" ] || { echo "there is no $file" && exit 1; }
    done
}
check 'report: its links lead somewhere' links_lead_somewhere

names_models() {
    local model
    for model in iterative fork epoll vfork pipe unix_stream; do
        grep -qw -- "$model" "$tiny/report.html" || { echo "$model is not in report.html" && return 1; }
    done
}
check 'report: names every model' names_models
check 'report: three blocks are too few' reports "$tiny" few 'q("churn").state'
check 'report: three blocks have no interval' reports "$tiny" '' '[row("churn"; "fork"; "-").cells[].interval | select(. != null and . != "")] | join(" ")'
few_in_words() { says <(unescaped "$tiny/report.md" | sed 's/\xc2\xa0/ /g') "$(shown "$tiny" 'q("churn").answer_plain')"; }
check 'report.md: has the same answer' few_in_words
check 'report: says that there are no self-tests, on demand' says <(shown "$tiny" .selftests.text) 'SELFTEST=no'

# ---- more time, less time -----------------------------------------------------------------------------------------
grow=$results/grow
grown() { # BUDGET
    cp "$grow/trials.tsv" "$work/before"
    bench grow RUN=grow BUDGET="$1" || { tail -n 1 "$work/grow.log" && return 1; }
    begins_with "$grow/trials.tsv" "$work/before" && in_order "$grow/trials.tsv" &&
        equals 'n' "$(value "$grow/summary.tsv" n metric=server_cpu_us_per_connection)" "$(rows "$grow/trials.tsv")"
}
bench grow RUN=grow BUDGET=0 EXPERIMENTS=churn MODELS=epoll
check 'report: names what was not measured' reports "$grow" "$(column "$grow/not_measured.tsv" experiment | sort | paste -sd ' ')" '[.not_measured.questions[].id] | sort | join(" ")'
check 'more time: first three blocks' equals 'rows' "$(rows "$grow/trials.tsv")" 3
check 'more time: earlier rows are as they were' grown 0.03
more_blocks() { has_rows "$grow/trials.tsv" 4 || { grown 0.2 && has_rows "$grow/trials.tsv" 4; }; } # a slow machine needs more
check 'more time: more blocks' more_blocks
check 'less time: what was measured stays' grown 0

# ---- mutants, and what the machine cannot run -------------------------------------------------------------------------
lied=$results/lied
plant lied zz_mutant zz_fair zz_fading
ln -s "$work/unsupported" "$work/lied/build/servers/zz_unsupported"
check 'mutant: the run goes on' runs lied RUN=lied BUDGET=0 EXPERIMENTS=churn MODELS='epoll zz_fair zz_mutant zz_fading zz_unsupported'

flagged() { # RUN MODEL REASON TRIALS: no number anywhere, and the reason wherever one would look for the number
    local run=$1 model=$2 reason=$3
    equals "valid trials of $model" "$(value "$run/trials.tsv" model "model=$model" status=ok)" '' &&
        equals "trials of $model" "$(value "$run/trials.tsv" model "model=$model" | wc -l)" "$4" &&
        equals "medians of $model" "$(value "$run/summary.tsv" median "model=$model" | sort -u)" - &&
        says <(value "$run/summary.tsv" note "model=$model") "$reason" &&
        says "$run/plots/churn.words" "no valid trial: $model" &&
        reports "$run" true "row(\"churn\"; \"$model\"; \"-\").cells | any(.validity == \"invalid\" and (.reason // \"\") != \"\")" &&
        equals 'valid trials of epoll' "$(value "$run/trials.tsv" model model=epoll status=ok | wc -l)" 3
}
check 'mutant: flagged, and nothing else' flagged "$lied" zz_mutant ' failures' 2
check 'mutant: the same server without the lie is ok' equals 'valid trials' "$(value "$lied/trials.tsv" status model=zz_fair | paste -sd ' ')" 'ok ok ok'

# shellcheck disable=SC2086  # two keys
suspected() { # it has numbers, hollow ones, and the reason stands wherever they do
    local rate="metric=connections_per_s model=zz_fading"
    equals 'validity of its rate' "$(value "$lied/summary.tsv" validity $rate)" suspect &&
        says <(value "$lied/summary.tsv" note $rate) unsteady &&
        { ! value "$lied/summary.tsv" note metric=server_cpu_us_per_connection model=zz_fading | grep unsteady; } &&
        [ "$(value "$lied/summary.tsv" median $rate)" != - ] &&
        says "$lied/plots/churn.words" 'hollow, unsteady: the first and the last third' &&
        reports "$lied" true 'row("churn"; "zz_fading"; "-").cells | any(.validity == "suspect" and (.reason // "") != "")'
}
if value "$lied/trials.tsv" thirds model=zz_fading | grep -q '[0-9]'; then
    check 'a server that fades: suspect, and still in the numbers' suspected
else
    skips 'a server that fades' 'so busy a machine that too little came back to say so'
fi

unsupported_is_named() {
    local reason='the kernel has no zz_call'
    equals 'its status' "$(value "$lied/models.tsv" status name=zz_unsupported)" "skipped: $reason" &&
        equals 'its trials' "$(value "$lied/plan.tsv" trial model=zz_unsupported)" '' &&
        notes_say "$lied" churn zz_unsupported "$reason" &&
        says "$lied/report.html" "$reason" &&
        says "$lied/plots/churn.words" "not run: zz_unsupported ($reason)"
}
check 'a model that this machine cannot run: named with its reason' unsupported_is_named
not_called_a_failure() { ! grep 'no valid trial.*zz_unsupported' "$lied/plots/churn.words" && reports "$lied" 0 '[row("churn"; "zz_unsupported"; "-").cells[].reason // "" | select(contains("valid trial"))] | length'; }
check 'a model that this machine cannot run: has not failed either' not_called_a_failure

# ---- those who were waited for --------------------------------------------------------------------------------------
check 'a server that never starts: the run goes on' equals 'its status' "$(status mute)" 0
check 'a server that never starts: flagged' flagged "$waited/mute" zz_mute 'server did not start' 2
check 'a server that never starts: not left running' nothing_left mute
check 'a server that ignores SIGTERM: the run goes on' equals 'its status' "$(status deaf)" 0
check 'a server that ignores SIGTERM: flagged' flagged "$waited/deaf" zz_deaf 'server did not stop' 2
check 'a server that ignores SIGTERM: not left running' nothing_left deaf

verdict
