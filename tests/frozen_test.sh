#!/bin/bash -p
# frozen_test.sh: a run is judged by the claims and situations that it was planned with; later ones are judged too, and marked.
# verify notices what was changed since, and a plan that is not the scheduler's.
#
# Needs a built build/.
# Runs in turn: it measures.
# shellcheck disable=SC2016  # awk programs
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

# A project of its own: its questions are added to.
tree project
rm "$work/project/bench"
cp -r "$repo/bench" "$work/project/bench"
project=$work/project/bench questions=$work/project/bench/questions
rm -rf "${questions:?}"/*
mkdir "$questions"/{experiments,claims,situations}
printf '%s\n' 'title T' 'question Which?' 'type serve' 'models epoll fork thread' 'connections 4' 'requests 1' 'bytes 64' 'pool 4' 'window_s 0.03' 'warmup_s 0.01' 'per connection' \
    'metric server_cpu_us_per_connection' 'baseline epoll' 'headline fork' > "$questions/experiments/churn.conf"
printf '%s\n' 'title Naps' 'question Which?' 'type time' 'programs bench/micro/spawn' 'models fork vfork pthread' 'baseline fork' 'headline vfork' 'per nap' 'metric wall_us_per_operation' \
    'counts 5 25' > "$questions/experiments/naps.conf"
claim() { # NAME CONDITION
    printf '%s\n' '# Why not?' "claim $1 is so." 'source A book' 'refuted_by something else' "holds_if $2" > "$questions/claims/$1.conf"
}
situation() { printf '%s\n' "place $2" 'experiment naps' "sentence $1" > "$questions/situations/$1.conf"; } # NAME PLACE
claim early 'naps:vfork / naps:fork < 0.5'
claim other 'naps:pthread / naps:fork < 0.5'
situation usual 2

# ---- what comes later, in a run whose numbers are known -----------------------------------------------------------------
planned() {
    fixture project known 12 --experiments naps << 'END'
* * * cpu_us_per_operation 20
* fork * wall_us_per_operation 200
* vfork * wall_us_per_operation 40 90 60 80 50 85 70 75 45 65
* pthread * wall_us_per_operation 40 80 60 70 50 75
END
}
check 'a run: with known numbers' planned
run=$results/known
conclude() { "$project/report/later.sh" "$run" && "$project/conclude.sh" "$run"; }
verify() { "$project/report/verify.sh" "$run" 2>&1; }
of() { value "$run/verdicts.tsv" "$1" "claim=$2"; } # COLUMN CLAIM
check 'a run: is concluded' conclude
check 'frozen: nothing is later' test ! -e "$run/later"
check 'frozen: nothing is marked' equals after_run "$({ column "$run/verdicts.tsv" after_run && column "$run/chooser.tsv" after_run; } | sort -u)" -
p_before=$(of p_holm early)
check 'frozen: a p-value that depends on the family' awk -v p="$p_before" 'BEGIN { exit !(p > 0 && p < 0.01) }'
cp "$run/report.json" "$work/report.before"
claim late 'naps:vfork / naps:fork > 0.5'
claim early 'naps:vfork / naps:fork > 0.5'
situation unusual 1
as_before() { verify && "$project/conclude.sh" "$run" && cmp "$run/report.json" "$work/report.before"; }
check 'added: the run verifies as before' as_before
check 'added: the run is concluded' conclude
check 'added: a claim is judged' equals 'its verdict' "$(of verdict late)" 'does not hold'
check 'added: a claim is marked' equals after_run "$(of after_run late)" added
check 'changed: a claim is judged as it was frozen' equals 'its condition' "$(of condition early)" 'naps:vfork / naps:fork < 0.5'
check 'changed: a claim is marked' equals after_run "$(of after_run early)" changed
check 'changed: only that one' equals after_run "$(of after_run other)" -
check 'added: no p-value of the others changes' equals p_holm "$(of p_holm early)" "$p_before"
check 'added: a situation is marked, in its place' equals 'the situations' "$(awk -F '\t' 'NR > 1 { print $1 $NF }' "$run/chooser.tsv" | uniq | paste -sd ' ')" 'unusualadded usual-'
check 'report: counts what was planned, and not what was added' reports "$run" '2 2 0 0' '.claims | [.total, .counts.holds, .counts.does_not_hold, .counts.undecided] | join(" ")'
check 'report: marks what was added' reports "$run" 'does_not_hold added' 'claim("late") | "\(.verdict) \(.after_run)"'
check 'report: marks what was changed, and judges it as it was planned' reports "$run" 'holds changed' 'claim("early") | "\(.verdict) \(.after_run)"'
check 'report: marks nothing else' reports "$run" 'holds -' 'claim("other") | "\(.verdict) \(.after_run)"'
check 'report: marks an added situation' reports "$run" 'unusual added usual -' '[.grid.columns[] | "\(.sentence) \(.after_run)"] | join(" ")'
check 'report.md: marks them, too' says "$run/report.md" 'late is so. (added after the run) | ✗ does not hold |'
claim latest 'naps:fork < 0.001'
claim late 'naps:vfork / naps:fork < 0.5'
check 'added: the run verifies whatever comes next' verify
check 'no scheduler: the blocks are not replayed' says <(verify) '; blocks not replayed'
printf '%s\n' '# Because.' 'claim   other is so.' 'source A book' 'refuted_by nothing' 'holds_if naps:pthread / naps:fork < 0.5' > "$questions/claims/other.conf"
rm "$questions/claims/"late*.conf
check 'words: the run is concluded' conclude
check 'words: other words, or comments, change no claim' equals after_run "$(of after_run other)" -
check 'gone: a claim that was added and is no more leaves no trace' equals 'the claims' "$(column "$run/verdicts.tsv" claim | paste -sd ' ')" 'early other'

# ---- a run that was measured --------------------------------------------------------------------------------------------
measured() { runs project RUN=measured EXPERIMENTS=churn SEED=3 BUDGET=0.12 && runs project RUN=measured BUDGET=0.15; }
check 'a measured run: ends well, and continues with more time' measured
run=$results/measured
hashed() { (cd "$run" && sha256sum --quiet -c frozen.sha256) && equals 'files' "$(wc -l < "$run/frozen.sha256")" 5; }
check 'frozen: the copies have their hashes' hashed
blocks=$(column "$run/plan.tsv" block | tail -n 1)
replays() { verify > "$work/said" && says "$work/said" "; $blocks blocks replayed"; }
check 'replay: all blocks, of both budgets' replays
check 'replay: the budgets are recorded' equals budgets "$(value "$run/plan.tsv" budget_s block=2 | uniq)" "$(awk 'BEGIN { printf "%.17g", 0.12 * 60 }')"

# ---- what is changed in the run -----------------------------------------------------------------------------------------
cp -r "$run" "$work/kept"
names() { # TEXT...: verify fails, and says so
    local text status=0
    verify > "$work/said" || status=$?
    rm -rf "$run" && cp -r "$work/kept" "$run"
    equals status $status 1 || return 1
    for text; do says "$work/said" "$text" || return 1; done
}
sed -i 's/0\.5/0.4/' "$run/claims/other.conf"
check 'a frozen claim that was changed: is named' names "$run/claims/other.conf: not what the run was planned with"
rm "$run/situations/usual.conf" && cp "$questions/situations/unusual.conf" "$run/situations"
check 'a frozen situation that was replaced: both are named' names "$run/situations/unusual.conf: not what" "$run/situations/usual.conf: not what"
sed -i 's/^title .*/title X/' "$run/experiments/churn.conf"
check 'a frozen experiment that was changed: is named' names "$run/experiments/churn.conf: not what the run was planned with"

# ---- a plan that is not the scheduler's ---------------------------------------------------------------------------------
# Changes cells of a table and gives each row its checksum again, as only a program would.
edit() { # TABLE AWK_PROGRAM
    awk -F '\t' -v OFS='\t' "NR > 1 { $2 } { NF--; print }" "$run/$1" > "$work/edited" || return 1
    {
        printf '%s\t%s\n' "$(head -n 1 "$work/edited")" crc32
        tail -n +2 "$work/edited" | while IFS= read -r row; do
            printf '%s\t%s\n' "$row" "$(printf %s "$row" | gzip -c | tail -c 8 | od -An -N 4 -t x4 --endian=little | tr -d ' ')"
        done
    } > "$run/$1"
}
nothing_changed() { edit plan.tsv '' && cmp "$run/plan.tsv" "$work/kept/plan.tsv"; }
check 'the edits of this test keep the checksums right' nothing_changed
swap='if ($2 == 4 && $5 == "fork") { $5 = "epoll"; $7 = "epoll" } else if ($2 == 4 && $5 == "epoll") { $5 = "fork"; $7 = "fork" }'
edit plan.tsv "$swap"
check 'replay: verify names two cells that were swapped' names "$run/plan.tsv:" ': block 4: model is "'
diverges() { # TEXT: replay alone
    local status=0
    "$build/bench/measure/replay" "$run" > "$work/said" 2>&1 || status=$?
    rm -rf "$run" && cp -r "$work/kept" "$run"
    equals status $status 1 && equals lines "$(wc -l < "$work/said")" 1 && says "$work/said" "$1"
}
edit plan.tsv 'if ($2 == 5) $10 = 0.5'
check 'replay: another budget' diverges 'plan.tsv: block 5: the scheduler ends the run before it'
edit plan.tsv 'if ($2 == 5) $9 = $9 " io=epoll"'
check 'replay: another load' diverges ': block 5: load is "'
wall=$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "wall_s") print i }' "$run/trials.tsv")
edit trials.tsv "if (\$2 == 3) \$$wall = 5"
check 'replay: a trial that took so long' diverges 'plan.tsv: block 4: the scheduler ends the run before it'
edit trials.tsv 'if ($2 == 5) $1 = $1 % 3 ? $1 - 1 : $1 + 2'
check 'replay: trials in another order' diverges 'trials.tsv:14: block 5: trial '
one_more=$(tail -n 1 "$run/plan.tsv" | awk -F '\t' -v OFS='\t' '{ $1++; print }')
echo "$one_more" >> "$run/plan.tsv" && edit plan.tsv ''
check 'replay: a trial too many' diverges ": block $blocks: has "
refuses 'replay: usage' 2 'usage: replay' "$build/bench/measure/replay"
refuses 'replay: no run' 1 'is not a run' "$build/bench/measure/replay" "$work"
packed() { "$project/report/pack.sh" "$run" > /dev/null && replays; }
check 'replay: a packed run, too' packed
verdict
