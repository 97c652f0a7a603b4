#!/bin/bash -p
# lost_test.sh: nothing is lost, and nothing is left: runs that are killed at any moment, cut off, damaged, begun twice at once,
# and on a disk that is full or cannot be written.
#
# Needs a built build/. Has System V's and POSIX's message queues to itself where it may.
# shellcheck source=tests/core/line.sh
if [ -z "${OWN_IPC:-}" ] && unshare --ipc true 2> /dev/null; then OWN_IPC=1 exec unshare --ipc "$0"; fi
. "$(dirname "${BASH_SOURCE[0]}")/../core/line.sh"
touch "$work/begun"
for name in cut twice other grow; do tree $name; done

# ---- killed, and on it goes -----------------------------------------------------------------------------------------
cut=$results/cut budget=30 # more than enough to be killed in
first=(EXPERIMENTS='churn ipc' MODELS='epoll fork prefork_sysv_sem pipe sysv_msg posix_mq zz_slow')

# A program that is slow to report that it cannot run here: there is time to kill the caller.
printf '#!/bin/sh\nsleep 2\necho "zz_slow: too slow" >&2\nexit 77\n' > "$work/cut/build/servers/zz_slow"
chmod +x "$work/cut/build/servers/zz_slow"

sealed() { [ ! -s "$1" ] || "$build/fixture/rows" "$1"; } # TRIALS: every row bears its checksum

no_ipc_left() {
    equals "System V's objects" "$(tail -qn +2 /proc/sysvipc/{msg,sem,shm} | wc -l)" 0
}

# What must hold after a kill. Rows that were there are as they were.
sound() { # NAME
    local least
    check "$1: nothing is left running" nothing_left cut
    check "$1: the run failed" test "$(status cut)" -ne 0
    [ -z "${OWN_IPC:-}" ] || check "$1: nothing is left in the kernel" no_ipc_left
    [ -e "$cut/trials.tsv" ] || return
    least=$(rows "$cut/trials.tsv")
    check "$1: no row is torn" are_whole "$cut/trials.tsv"
    check "$1: every row bears its checksum" sealed "$cut/trials.tsv"
    check "$1: earlier rows are as they were" begins_with "$cut/trials.tsv" "$work/before"
    sleep 0.1
    check "$1: nothing more is measured" equals 'rows' "$(rows "$cut/trials.tsv")" "$least"
    cp "$cut/trials.tsv" "$work/before"
}

everything() { inhabitants cut || true; } # some have ended meanwhile
only() { inhabitant cut "$1"; }

# Kills with this signal who the command names, when there is another row and a process like this is at work.
# shellcheck disable=SC2317  # inhabitant and has_rows are called by within
killed() { # NAME SIGNAL LEAST_ROWS WITNESS_PATTERN KNOB... -- WHO...
    local name="$1: kill -$2" signal=$2 least=$3 witness=$4 knobs=() victims
    shift 4
    while [ "$1" != -- ]; do knobs+=("$1") && shift; done
    shift
    begin cut RUN=cut BUDGET="$budget" "${knobs[@]}"
    if { [ "$least" -eq 0 ] || within 30 has_rows "$cut/trials.tsv" "$least"; } && within 30 inhabitant cut "$witness" &&
        victims=$("$@") && [ -n "$victims" ] && { xargs kill "-$signal" <<< "$victims" 2> "$work/gone" || grep -q 'No such process' "$work/gone"; }; then
        passes "$name"
    else
        fails "$name" "it never came to that: $(tail -n 2 "$work/cut.log")"
    fi
    sound "$name"
}
more() { echo $(($(rows "$cut/trials.tsv") + 1)); }

: > "$work/before"
killed 'everything while it plans' KILL 0 '^build/bench/measure/plan' "${first[@]}" -- everything
check 'everything while it plans: there is no run' test ! -e "$cut"
killed 'everything while it tests itself' KILL 0 '^build/clients/drive' "${first[@]}" SELFTEST=yes -- everything
killed 'the trials under load' TERM "$(more)" '^build/(layouts/[0-9]+/)?servers/' -- only '^build/bench/measure/trial'
check 'the trials under load: says how it goes on' says "$work/cut.log" 'to continue: make bench RUN=cut BUDGET='
killed 'the trials under load' KILL "$(more)" '^build/(layouts/[0-9]+/)?servers/' -- only '^build/bench/measure/trial'
killed 'the trials while programs are timed' KILL "$(more)" '^hyperfine' -- only '^build/bench/measure/trial'
killed 'the script' TERM "$(more)" '^build/(layouts/[0-9]+/)?servers/' -- only 'bench/run.sh'
killed 'the script' KILL "$(more)" '^hyperfine' -- only 'bench/run.sh'

at_any_moment() { # after the next row
    sleep "0.$((RANDOM % 6))$((RANDOM % 10))"
    everything
}
RANDOM=$(date +%s)
for _ in 1 2 3; do killed "everything at any moment (seed $RANDOM)" KILL "$(more)" '^build/bench/measure/trial' -- at_any_moment; done

# ---- torn, damaged --------------------------------------------------------------------------------------------------
truncate -s -10 "$cut/trials.tsv"
refuses 'torn row: analyse' 1 "$cut/trials.tsv" analyse "$cut"
head -n -1 "$work/before" > "$work/kept"
cp "$work/kept" "$work/before"
printf '1\t{"results":[{"comm' >> "$cut/hyperfine.tsv" # its row never came
budget=0 # the block is ended, and that is all
killed 'everything while it draws' KILL 0 'bench/report/plots.sh' -- everything
check 'torn row: the run says so' says "$work/cut.log" 'last row was torn'
killed 'everything while it reports' KILL 0 'bench/report/render.py' -- everything
bench cut RUN=cut BUDGET=0
check 'killed run: goes on to its end' equals 'its status' $? 0
check 'killed run: rows are as they were' begins_with "$cut/trials.tsv" "$work/kept"
check 'killed run: whole in the end' are_whole "$cut/trials.tsv"
check 'killed run: no trial twice, none left out' in_order "$cut/trials.tsv"
check 'killed run: ends with a whole block' equals 'rows in the last block' $(($(rows "$cut/trials.tsv") % $(block "$cut" 1 | wc -l))) 0
check 'killed run: every trial is ok' all_ok "$cut/trials.tsv"
check 'killed run: report' test -s "$cut/report.html"
check 'killed run: nothing half written' equals 'files' "$(find "$cut" -name '*.new')" ''
check 'killed run: verified' "$repo/bench/report/verify.sh" "$cut"

raw_times_kept() {
    column "$cut/hyperfine.tsv" trial > "$work/raw" || return 1
    equals 'trials whose raw times there are' "$(paste -sd ' ' "$work/raw")" "$(value "$cut/trials.tsv" trial experiment=ipc | paste -sd ' ')"
}
check 'killed run: raw times of every timed trial, once' raw_times_kept
check 'killed run: no temporary file' equals 'left in /tmp' "$(find /tmp -maxdepth 1 -name 'forklore-*' -newer "$work/begun" | paste -sd ' ')" ''

damage() { # LINE: another digit there
    sed -i "$1s/0/1/" "$cut/trials.tsv"
}
cp "$cut/trials.tsv" "$work/before"
last=$(($(rows "$cut/trials.tsv") + 1))
damage 4
for step in "$build/bench/measure/trial" "$repo/bench/report/verify.sh" "$build/bench/analyse/analyse bench/questions"; do
    # shellcheck disable=SC2086  # a program and an argument
    refuses "damaged row: ${step##*/}" 1 "$cut/trials.tsv:4: damaged row" $step "$cut"
done
bench cut RUN=cut BUDGET=0
check 'damaged row: the run stops' equals 'its status' $? 1
check 'damaged row: the run says so' says <(tail -n 1 "$work/cut.log") "$cut/trials.tsv:4: damaged row"
cp "$work/before" "$cut/trials.tsv"
damage "$last"
refuses 'damaged last row: analyse' 1 "$cut/trials.tsv:$last: damaged row" analyse "$cut"
bench cut RUN=cut BUDGET=0
check 'damaged last row: is repeated' equals 'its status' $? 0
check 'damaged last row: earlier rows are as they were' begins_with "$cut/trials.tsv" <(head -n -1 "$work/before")
check 'damaged last row: whole in the end' in_order "$cut/trials.tsv"
sed -i '2s/"median"/"medium"/' "$cut/hyperfine.tsv"
refuses 'damaged raw times: verify' 1 "$cut/hyperfine.tsv:2: damaged row" "$repo/bench/report/verify.sh" "$cut"
rm -r "$cut"

# ---- twice at once ------------------------------------------------------------------------------------------------
# A run in the background holds the lock of its tree, and its own rows.
second() { # NAME FILE KNOB=VALUE...: is refused because of that file, and changes nothing
    local before
    before=$(ls -l --time-style=full-iso "$results"/twice/{plan.tsv,environment.json})
    env RESULTS="$results" BUDGET=0 "${@:3}" "$work/twice/bench/run.sh" > "$work/output" 2> "$work/error"
    check "twice at once: $1 is refused" equals 'its status' $? 1
    check "twice at once: $1 says because of whom" grep -qE "another run is in progress: process $holder \\(.*results/twice\\), since 20[0-9-]* [0-9:]* UTC; it holds $2\$" "$work/error"
    check "twice at once: $1, in one line" equals 'lines' "$(wc -l < "$work/error")" 1
    check "twice at once: $1 changes nothing" equals 'the files' "$(ls -l --time-style=full-iso "$results"/twice/{plan.tsv,environment.json})" "$before"
}
begin twice RUN=twice BUDGET=0.06 EXPERIMENTS=churn MODELS=epoll
within 10 has_rows "$results/twice/trials.tsv" 1
holder=$(inhabitant twice bench/run.sh)
second 'the same run' "$work/twice.lock" RUN=twice RUN_LOCK="$work/twice.lock"
second 'another run' "$work/twice.lock" RUN=other RUN_LOCK="$work/twice.lock" EXPERIMENTS=churn MODELS=epoll
holder=$(inhabitant twice build/bench/measure/trial)
second 'the same run from elsewhere' "$results/twice/trials.tsv" RUN=twice RUN_LOCK="$work/other.lock"
check 'twice at once: another run is not begun' test ! -e "$results/other"
check 'twice at once: the first goes on' equals 'its status' "$(status twice)" 0
check 'twice at once: no trial twice' in_order "$results/twice/trials.tsv"
bench other RUN=other RUN_LOCK="$work/twice.lock" BUDGET=0 EXPERIMENTS=churn MODELS=epoll
check 'twice at once: another run may, afterwards' equals 'its status' $? 0

# ---- no room, and no leave to write -----------------------------------------------------------------------------------
# In a mount namespace of its own: the disk is gone with the last process in it. On the first, trials.tsv has a page more,
# which is a few rows, and then nothing. On the second a finished run is to be made again.
grow=$results/grow disk=$work/disk
bench grow RUN=grow BUDGET=0.03 EXPERIMENTS=churn MODELS='epoll fork' SELFTEST=yes
cat > "$work/on_a_disk.sh" << 'END'
cd "$1" && disk=$2 work=$3
mount -t tmpfs -o size=256k none "$disk" || exit 77
mkdir "$disk/run" && cp -r "$4"/{settings.tsv,models.tsv,cells.tsv,left_out.tsv,experiments,plan.tsv,trials.tsv,hyperfine.tsv,latency.tsv} "$disk/run" || exit 1
cp "$disk/run/trials.tsv" "$work/disk-before"
cat /dev/zero > "$disk/rest" 2> /dev/null
truncate -s -4096 "$disk/rest" # room for a few rows
build/bench/measure/trial --budget 1 "$disk/run" > /dev/null 2> "$work/disk-error"
echo $? > "$work/disk-status"
cp "$disk/run/trials.tsv" "$work/disk-after"
RESULTS=$disk RUN=new RUN_LOCK=$work/disk.lock BUDGET=0 EXPERIMENTS=churn MODELS=epoll bench/run.sh 2> "$work/disk-plan-error"
echo $? > "$work/disk-plan-status"
ls -A "$disk" > "$work/disk-listing"
rm "$disk/rest"
timeout "$5" build/bench/measure/trial --budget 1 "$disk/run" 2> "$work/disk-error-again"
cp "$disk/run/trials.tsv" "$work/disk-again"

# A disk that is full after so many KiB: wherever that strikes, the conclusion fails, and a whole report stays.
mkdir "$work/scratch"
for kib in 8 24 64 200 2000; do
    mount -t tmpfs -o size=$(($(du -sk "$4" | cut -f 1) + kib))k none "$work/scratch" && cp -r "$4" "$work/scratch/run" || exit 1
    bench/conclude.sh "$work/scratch/run" > /dev/null 2> "$work/scratch-error"
    echo "$kib $? $(grep -c 'No space left\|full?' "$work/scratch-error")" >> "$work/scratch-status"
    tail -n 1 "$work/scratch/run/report.html" >> "$work/scratch-ends"
    echo >> "$work/scratch-ends"
    umount "$work/scratch"
done

mount -t tmpfs -o size=8m none "$disk" && cp -r "$4" "$disk/run" || exit 1
all_steps() { # WHY ORIGINAL: each says what it can no more, and what was there stays as it is
    local step name
    mkdir "$work/$1"
    for step in build/bench/measure/selftest 'build/bench/analyse/analyse bench/questions' 'build/bench/report/report bench/questions' \
        bench/report/plots.sh "bench/report/render.py report.md.j2 $disk/run/report.json"; do
        name=${step%% *} output=$disk/run
        [[ $name != *.py ]] || output+=/report.md
        $step "$output" > /dev/null 2> "$work/$1/$(basename "$name" .py)"
        echo "status $?" >> "$work/$1/$(basename "$name" .py)"
    done
    diff -r -x messages.log "$2" "$disk/run" > "$work/$1-difference" 2>&1
}
cat /dev/zero > "$disk/rest" 2> /dev/null
all_steps full "$4"
mount -o remount,ro "$disk"
all_steps readonly "$4"
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
    check 'full disk: rows bear their checksums' sealed "$work/disk-after"
    check 'full disk: rows are as they were' begins_with "$work/disk-after" "$work/disk-before"
    check 'full disk: a new run is refused' equals 'its status' "$(cat "$work/disk-plan-status")" 1
    check 'full disk: a new run says why' says <(tail -n 1 "$work/disk-plan-error") 'No space left on device'
    check 'full disk: a new run leaves no folder' equals 'the folders' "$(paste -sd ' ' "$work/disk-listing")" 'rest run'
    no_silent_success() { # status 0 only where nothing was said of it
        awk '($2 == 0) != ($3 == 0) { print; bad = 1 } $2 != 0 { failed++ } END { if (!failed) { print "nothing failed"; bad = 1 } exit bad }' "$work/scratch-status"
    }
    check 'hardly any room: the conclusion fails where a step does' no_silent_success
    check 'hardly any room: the report is whole' equals 'the last lines' "$(grep . "$work/scratch-ends" | sort | uniq -c | xargs)" '5 </html>'
    check 'space again: the run goes on' test "$(rows "$work/disk-again")" -gt "$(rows "$work/disk-after")"
    check 'space again: rows are as they were' begins_with "$work/disk-again" "$work/disk-after"
    check 'full disk: nothing is left running' nothing_left grow
    steps_refuse() { # WHY WORDS; on a busy machine self-tests have failed besides
        local said name bad=
        for said in "$work/$1"/*; do
            name=${said##*/}
            [ "$(grep -vc ': spin_.* failed: ' "$said")" -eq 2 ] && grep -q "^\($name\|cp\|tee\|plot_tables\): .*$disk/run.*$2" "$said" && grep -qx 'status 1' "$said" ||
                bad+="$name: $(paste -sd ';' "$said") "
        done
        equals 'steps that do not say so' "$bad" '' && equals 'steps' "$(find "$work/$1" -type f | wc -l)" 5
    }
    check 'full disk: every step says so in one line' steps_refuse full 'No space left on device'
    check 'full disk: what was there stays as it was' equals 'the difference' "$(cat "$work/full-difference")" ''
    check 'read-only folder: every step says so in one line' steps_refuse readonly 'Read-only file system'
    check 'read-only folder: what was there stays as it was' equals 'the difference' "$(cat "$work/readonly-difference")" ''
else
    skips 'full disk' "no tmpfs can be mounted here: $(head -n 1 "$work/disk-output")"
fi
verdict
