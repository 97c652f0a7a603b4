#!/bin/bash -p
# input_test.sh: what the measurement line makes of its input without measuring anything: the same seed, another one, all questions,
# and nonsense.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree tiny
tiny=$results/tiny
there_is_one() { echo '* * * connections_per_s 1' | fixture tiny tiny 1 --experiments churn --models epoll; }
check 'a run, planned and filled in' there_is_one

# ---- what does the same and what does not -------------------------------------------------------------------------
core() { grep -l '^core  *yes' "$repo"/bench/questions/experiments/*.conf | xargs -n 1 basename -s .conf | paste -sd ' '; }
others() { grep -L '^core  *yes' "$repo"/bench/questions/experiments/*.conf | xargs -n 1 basename -s .conf | paste -sd ' '; }
same_seed_same_plan() {
    cd "$work/tiny" || return 1
    for plan in 'one 7' 'two 7' 'other 8'; do
        mkdir "$work/plan-${plan% *}" && build/bench/measure/plan --seed "${plan#* }" "$work/plan-${plan% *}" || return 1
    done
    cmp "$work/plan-one/plan.tsv" "$work/plan-two/plan.tsv" || return 1
    equals 'the questions' "$(column "$work/plan-one/cells.tsv" experiment | sort -u | paste -sd ' ')" "$(core)" || return 1
    equals 'the questions not measured' "$(column "$work/plan-one/not_measured.tsv" experiment | paste -sd ' ')" "$(others)" || return 1
    [ "$(block "$work/plan-one" 1)" != "$(block "$work/plan-other" 1)" ] || { echo 'the same order' && return 1; }
    [ "$(block "$work/plan-one" 1 | sort)" = "$(block "$work/plan-other" 1 | sort)" ] || { echo 'other cells' && return 1; }
}
check 'plan: the same seed gives the same, another seed another order; without a choice only the core is asked' same_seed_same_plan
# No server in another language is compiled for that, which takes minutes on a slow machine.
mkdir -p "$work/deep"
for compiler in javac rustc go; do printf '#!/bin/sh\necho not tried here\nexit 77\n' > "$work/deep/$compiler" && chmod +x "$work/deep/$compiler"; done
all_planned() {
    cd "$work/tiny" && mkdir "$work/plan-all" && PATH="$work/deep:$PATH" build/bench/measure/plan --experiments all "$work/plan-all" || return 1
    equals 'how many are not measured' "$(rows "$work/plan-all/not_measured.tsv")" 0 &&
        equals 'the questions' "$(find "$work/plan-all/experiments" -name '*.conf' | wc -l)" "$(find "$repo/bench/questions/experiments" -name '*.conf' | wc -l)" &&
        column "$work/plan-all/cells.tsv" experiment | sort -u | comm -13 - <(column "$work/plan-all/models.tsv" experiment | sort -u) > "$work/unplanned" &&
        while read -r stem; do # where nothing can be linked in another way
            grep -qE '^vary +(linking|layout) ' "$repo/bench/questions/experiments/$stem.conf" || { echo "not planned: $stem" && return 1; }
        done < "$work/unplanned"
}
check 'plan: all questions on demand' all_planned

# ---- bad input ----------------------------------------------------------------------------------------------------
plan=$build/bench/measure/plan trial=$build/bench/measure/trial analyse=$build/bench/analyse/analyse
bad_knob() { # STATUS TEXT KNOB=VALUE...
    refuses "bad input: ${*:3}" "$1" "$2" env RESULTS="$results" RUN=bad BUDGET=0 EXPERIMENTS=churn MODELS=epoll "${@:3}" "$work/tiny/bench/run.sh"
    rm -rf "$results/bad" # of a value that was not refused
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
bad_knob 2 "'maybe'" SELFTEST=maybe
bad_knob 1 'RUN_LOCK: cannot create /nowhere/lock: /nowhere is not a writable folder (set RUN_LOCK to a writable path)' RUN_LOCK=/nowhere/lock
mkdir "$results/letters" "$results/empty"
echo 'a line' > "$results/letters/one.txt"
bad_knob 1 'is not a run' RUN=letters
bad_knob 2 "is already planned: SEED cannot change from '1' to '2'" RUN=tiny SEED=2
bad_knob 2 "is already planned: MODELS cannot change from 'epoll' to 'fork'" RUN=tiny MODELS=fork
bad_knob 2 "is already planned: SERVER cannot change from '' to './mine {port}'" RUN=tiny SERVER='./mine {port}'
for folder in "$results/letters" "$results/nosuch"; do
    what="${folder##*/}, which is no run"
    refuses "bad input: trial on $what" 1 "$folder is not a run" "$trial" "$folder"
    refuses "bad input: analyse on $what" 1 "$folder is not a run" "$analyse" "$repo/bench/questions" "$folder"
    refuses "bad input: plots on $what" 1 "$folder is not a run" "$repo/bench/report/plots.sh" "$folder"
    refuses "bad input: report on $what" 1 "$folder is not a run" report "$folder"
    refuses "bad input: conclude on $what" 1 "$folder is not a run" "$repo/bench/conclude.sh" "$folder"
done
refuses 'bad input: plan, an option that is none' 2 "'--nosuch'" "$plan" --nosuch "$results/bad"
refuses 'bad input: trial, an option that is none' 2 "'--nosuch'" "$trial" --nosuch "$tiny"
refuses 'bad input: analyse, an option that is none' 2 'usage' "$analyse" --nosuch
refuses 'bad input: plan without a folder' 2 'the folder of the run is missing' "$plan"
refuses 'bad input: plan, half a seed' 2 "'1.5'" "$plan" --seed 1.5 "$results/empty"
refuses 'bad input: trial without a folder' 2 'the folder of the run is missing' "$trial"
refuses 'bad input: trial, a budget that is none' 2 "'x'" "$trial" --budget x "$tiny"
refuses 'bad input: two folders' 2 "$tiny" "$trial" "$results/empty" "$tiny"
refuses 'bad input: plots without a folder' 2 'usage' "$repo/bench/report/plots.sh"
refuses 'bad input: report without a folder' 2 'usage' "$build/bench/report/report"
refuses 'bad input: a list of runs without a folder' 2 'usage' "$repo/bench/report/index.sh"

built=(-o build/bench/analyse/analyse -o build/bench/measure/replay -o build/bench/report/report -o build/bench/report/plot_tables)
from_make() { # TEXT TARGET KNOB...: make fails and says so
    local status
    make -C "$work/tiny" --no-print-directory "${built[@]}" RESULTS="$results" "${@:2}" > /dev/null 2> "$work/error"
    status=$?
    equals 'the status' $status 2 && says "$work/error" "$1"
}
check 'bad input: make plots without RUN' from_make 'RUN=name is missing' plots
check 'bad input: make report without RUN' from_make 'RUN=name is missing' report
check 'bad input: make plots, no such run' from_make 'is not a run' plots RUN=nosuch
check 'bad input: make report, no such run' from_make 'is not a run' report RUN=nosuch
mkdir -p "$work/runs/first" "$work/runs/second"
touch "$work/runs/index.html"
check 'bad input: make names the runs' from_make 'RUN=name is missing, one of: first second' verify RESULTS="$work/runs"
check 'bad input: make names those that there are' from_make 'nosuch is not a run, these are: first second' pack RUN=nosuch RESULTS="$work/runs"

verdict
