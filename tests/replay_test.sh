#!/bin/bash -p
# replay_test.sh: verify replays the scheduler's choices of a run that was measured, and notices what of it was changed since.
#
# Needs a built build/.
# Runs in turn: it measures.
# shellcheck disable=SC2016  # awk programs
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

# A project of its own.
tree project
rm "$work/project/bench"
cp -r "$repo/bench" "$work/project/bench"
project=$work/project/bench questions=$work/project/bench/questions
rm -rf "${questions:?}"/*
mkdir "$questions"/{experiments,claims,situations}
printf '%s\n' 'title T' 'question Which?' 'type serve' 'models epoll fork thread' 'connections 4' 'requests 1' 'bytes 64' 'pool 4' 'window_s 0.03' 'warmup_s 0.01' 'per connection' \
    'metric server_cpu_us_per_connection' 'baseline epoll' 'headline fork' > "$questions/experiments/churn.conf"
printf '%s\n' '# Why not?' 'claim It is so.' 'source A book' 'refuted_by something else' 'holds_if churn:fork / churn:epoll > 0.5' > "$questions/claims/costly.conf"
printf '%s\n' 'place 1' 'experiment churn' 'sentence usual' > "$questions/situations/usual.conf"
verify() { "$project/report/verify.sh" "$run" 2>&1; }

run=$results/measured
measured() { # five blocks, which take a busy machine longer
    local budget
    runs project RUN=measured EXPERIMENTS=churn SEED=3 BUDGET=0.12 || return 1
    for budget in 0.15 0.3 0.6 1.2; do
        runs project RUN=measured BUDGET=$budget || return 1
        [ "$(column "$run/plan.tsv" block | tail -n 1)" -lt 5 ] || return 0
    done
    echo 'fewer than five blocks' && return 1
}
check 'a run: ends well, and continues with more time' measured
hashed() { (cd "$run" && sha256sum --quiet -c frozen.sha256) && equals 'files' "$(wc -l < "$run/frozen.sha256")" 3; }
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
sed -i 's/0\.5/0.4/' "$run/claims/costly.conf"
check 'a frozen claim that was changed: is named' names "$run/claims/costly.conf: not what the run was planned with"
mv "$run/situations/usual.conf" "$run/situations/unusual.conf"
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
