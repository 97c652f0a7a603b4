#!/bin/bash -p
# frozen_test.sh: a run is judged by the claims and situations that it was planned with; later ones are judged too, and marked.
#
# Needs a built build/. Nothing is measured.
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
verdict
