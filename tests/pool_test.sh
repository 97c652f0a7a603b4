#!/bin/bash -p
# pool_test.sh: runs of several machines as one result (bench/report/pool.sh), and where a report says that its machine stands.
#
# Needs a built build/. Nothing is measured: machines are made up, with known costs.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
own_questions "$work/asked"
questions=$work/asked/bench/questions
common=('type serve' 'models epoll fork thread' 'requests 1' 'bytes 64' 'pool 4' 'window_s 1' 'warmup_s 0.01' 'per connection'
    'metric server_cpu_us_per_connection' 'baseline epoll')
printf '%s\n' 'title Short' 'question Which?' 'connections 4' "${common[@]}" 'headline fork' > "$questions/experiments/churn.conf"
printf '%s\n' 'title Other' 'question What else?' 'connections 8' "${common[@]}" 'headline thread' > "$questions/experiments/other.conf"
mkdir "$questions/claims" "$questions/situations"
claim() { # NAME CONDITION
    printf '%s\n' "claim $1." 'theme Pools' 'source A book' "holds_if $2" 'compares one with another' 'refuted_by its opposite' > "$questions/claims/$1.conf"
}
claim fork_is_far_above 'churn:fork / churn:epoll > 5'
claim fork_is_above 'churn:fork / churn:epoll > 2'
claim fork_is_below 'churn:fork / churn:epoll < 2'
claim threads_differ 'other:thread / other:epoll > 1.5'
printf '%s\n' 'place 10' 'experiment churn' 'heading Short' 'detail CPU' 'show ratio' 'sentence Each connection sends one request.' > "$questions/situations/short.conf"

is() { equals "$2" "$(jq -c "$2" "$work/$1/pool.json" 2>&1 | sed 's/\xc2\xa0/ /g')" "$3"; } # OUTPUT FILTER VALUE

# The program alone: nothing is verified, drawn or laid out.
program() { # OUTPUT [--accept] RUN...
    local output=$work/$1 accept=()
    shift
    [ "$1" != --accept ] || { accept=(--accept) && shift; }
    mkdir -p "$output/plots"
    "$build/bench/report/pool" "${accept[@]}" "$output" /dev/null "$@" 2> "$work/error" || { cat "$work/error" && return 1; }
}

# A machine whose fork costs so many times what epoll's connection does, and a thread of it likewise.
machine() { # RUN PROCESSOR FORK_TIMES [THREAD_VALUES]
    local run=$results/$1
    fixture asked "$1" 6 > "$work/log" 2>&1 << END || { cat "$work/log" && return 1; }
* * * client_load 0.5
* epoll * server_cpu_us_per_connection 10
* thread * server_cpu_us_per_connection ${4:-20 21 19}
* fork * server_cpu_us_per_connection $((10 * $3)) $((10 * $3 + 1)) $((10 * $3 - 1))
END
    cp "$repo/results/reference/selftest.tsv" "$run"
    jq --arg cpu "$2" --argjson times "$3" '.cpu_model = $cpu | .machine_id = null | .dirty = false | .costs = {fork_us: (15 * $times), page_fault_us: 0.5, system_call_us: null}' \
        "$run/environment.json" > "$work/environment" && cp "$work/environment" "$run/environment.json"
    [ ! -f "$work/first/machines.tsv" ] || cp "$work/first/machines.tsv" "$run" # the first machine is known
    "$repo/bench/conclude.sh" "$run" > "$work/log" 2>&1 || { cat "$work/log" && return 1; }
}
check 'a machine' machine fast 'Fast One' 4
check 'a pool of one' program first "$results/fast"
check 'one: a claim holds on one machine, not everywhere' is first '[.claims.claims[].verdict_text]' '["✗ fails on one machine","✗ fails on one machine","✓ holds on one machine","✓ holds on one machine"]'
check 'one: all four are of one machine' is first .claims.counts '{"holds":2,"depends":0,"fails":2,"undecided":0,"of_one":4}'
check 'another machine' machine slow 'Slow One' 40
check 'a third' machine middle 'Middle One' 6 '20 10 40'
copy() { cp -r "$results/$1" "$work/$2"; } # RUN NAME: outside of the results

pool() { # OUTPUT RUN...: how it ends is returned
    "$repo/bench/report/pool.sh" "$work/$1" "${@:2}" > "$work/said" 2> "$work/error"
}
pools() { pool "$@" || { cat "$work/error" && return 1; }; }
# ---- three machines -------------------------------------------------------------------------------------------------------
check 'a packed run' "$repo/bench/report/pack.sh" "$results/middle"
without_a_word() { pools "$@" && equals 'what it complains of' "$(cat "$work/error")" ''; }
check 'three: are pooled, packed or not; each of them verifies' without_a_word three "$results"
fits() {
    /usr/bin/python3 - "$repo/bench/report/pool.schema.json" "$1" << 'END'
import json, sys
from jsonschema import Draft202012Validator
schema, pool = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
errors = list(Draft202012Validator(schema).iter_errors(pool))
for error in errors[:5]:
    print(error.json_path, error.message[:300])
sys.exit(1 if errors else 0)
END
}
if /usr/bin/python3 -c 'import jsonschema' 2> /dev/null; then
    check 'three: fits the schema' fits "$work/three/pool.json"
else
    skips 'three: fits the schema' 'python3-jsonschema is not installed'
fi
check 'three: in the order of the first ratio' is three '[.machines[] | .letter + " " + .runs[0].name + " " + .ratio]' '["A fast 4.0×","B middle 6.0×","C slow 40×"]'
# exp((log 4 + log 6 + log 40) / 3) = 9.87: the intervals are narrow, so the machines count alike.
check 'three: the mean' is three '.headlines[0].rows[0] | [.text, .range, .known]' '["9.9× (0.5–209.1)","4.0× to 40×",3]'
check 'three: a machine that differs so much predicts nothing' is three '.headlines[0].rows[0].prediction.text' '"not predictable"'
check 'three: claims' is three '.claims.counts' '{"holds":1,"depends":1,"fails":1,"undecided":1,"of_one":0}'
verdict_is() { is three ".claims.claims[] | select(.id == \"$1\") | [.verdict, .where]" "$2"; } # CLAIM VERDICT
check 'three: a claim that depends on the machine' verdict_is fork_is_far_above '["depends","Holds on B, C. Fails on A."]'
check 'three: one that holds everywhere' verdict_is fork_is_above '["holds","Holds on A, B, C."]'
check 'three: one that fails everywhere' verdict_is fork_is_below '["fails","Fails on A, B, C."]'
check 'three: one that is undecided on a machine' verdict_is threads_differ '["undecided","Holds on A, C. Undecided on B."]'
check 'three: the condition of a claim is pooled' is three '.claims.claims[0].conditions[0] | [.bound_text, .over.text]' '["5×","9.9× (0.5–209.1)"]'
check 'three: the grid' is three '.grid.rows[] | select(.model == "fork").cells[0] | [.over.text, .best, .known]' '["9.9× (0.5–209.1)",0,3]'
check 'three: the best everywhere' is three '.grid.rows[] | select(.model == "epoll").cells[0] | [.text, .best, .known]' '["1",3,3]'
check 'three: what goes together' is three '[.causes.costs[] | [.name, .text]]' '[["fork","Correlation 1.00 over 3 machines: too few for an interval."],["page fault","It does not vary."],["system call","Fewer than three machines: no correlation."]]'
check 'three: the table of machines' is three '[.machines[].costs[0].text]' '["60.0 µs","90.0 µs","600 µs"]'
rows_are() { equals 'the rows' "$(cut -f 2,4,6,8 "$work/three/machines.tsv" | sed '1d; s/^[^;]*; //; s/;[^\t]*//' | paste -sd '|' | tr '\t' ' ')" "$1"; }
check 'three: the table for reports' rows_are 'Fast One churn fork 3.99937|Middle One churn fork 5.99958|Slow One churn fork 39.9999|Fast One other thread 1.99875|Middle One other thread 2|Slow One other thread 1.99875'
if command -v gnuplot > /dev/null; then
    check 'three: their footer names the interval' says "$work/three/plots/forest_churn.svg" 'prediction interval'
    drawn() { grep -c . < <(cd "$work/three/plots" && ls forest_churn.svg forest_other.svg cost_fork_us.svg cost_page_fault_us.svg) | grep -qx 4 && grep -q 'a new machine' "$work/three/plots/forest_churn.svg"; }
    check 'three: the forests are drawn' drawn
    check 'three: and are in the page' says "$work/three/pool.html" 'a new machine'
fi
check 'three: the Markdown says what the page says' says "$work/three/pool.md" '# 4 claims on 3 machines: 1 holds everywhere, 1 fails everywhere, 1 depends on the machine.'
if command -v tidy > /dev/null; then
    is_valid() { ! tidy -e -q "$1" 2>&1 | grep -E ' Error: '; }
    check 'three: valid HTML' is_valid "$work/three/pool.html"
fi
check 'three: the links of the Markdown lead somewhere' "$repo/tests/links.py" "$work/three/pool.md"
dead() { # links to an id that is not there
    comm -23 <(grep -oE 'href="#[^"]*' "$work/three/pool.html" | cut -d '#' -f 2 | sort -u) <(grep -oE "\bid=[\"'][^\"']*" "$work/three/pool.html" | cut -c 5- | sort -u)
}
check 'three: and those of the page' equals 'dead links' "$(dead)" ''
no_requests() { ! grep -nE '(src|href)="?(https?:)?//|url\([^#]|@import|<script' "$work/three/pool.html"; }
check 'three: no script, and no request to anywhere' no_requests

# Each was verified above: it judges by what a run has.
known_here() { says "$results/slow/report.$1" 'fork ÷ epoll: 40× here; 4.0× on the one other machine known.'; } # SUFFIX
check 'known: the page of a run has it' known_here html
check 'known: its Markdown has it' known_here md

# ---- fewer, and several runs of one ------------------------------------------------------------------------------------------
check 'two: are shown side by side' program two "$results/fast" "$results/slow"
check 'two: nothing is pooled' is two '.headlines[0].rows[0] | [.text, .pooled, .prediction]' '["4.0× to 40×",null,null]'
check 'two: the picture has no line for a new machine' grep -qx 'predicts = 0' "$work/two/plots/forest_churn.words"
copy fast again
check 'again: two runs of a machine' program again_pool "$results"/* "$work/again"
check 'again: are one machine' is again_pool '[.runs, (.machines | length), [.machines[0].runs[].name]]' '[4,3,["fast","again"]]'
check 'again: the ratio is that of both' is again_pool '.headlines[0].rows[0].machines[0].measured | [.text, .blocks]' '["4.0×",12]'
with_id() { # RUN NAME ID: a copy of a run, of a machine with this id
    copy "$1" "$2" && jq --arg id "$3" '.machine_id = $id' "$results/$1/environment.json" > "$work/$2/environment.json"
}
with_id fast twin 0123456789ab
with_id fast other_twin ba9876543210
machines_are() { program twins "${@:2}" && is twins '.machines | length' "$1"; } # NUMBER RUN...
check 'twins: equal hardware is two machines, if the ids say so' machines_are 2 "$work/twin" "$work/other_twin"
check 'twins: one machine, if only one has an id' machines_are 1 "$work/twin" "$results/fast"
contradicting() { # claims of two runs of a machine
    copy slow contrary && jq '(.claims.themes[].claims[] | select(.id == "fork_is_above")).verdict = "does_not_hold"' "$results/slow/report.json" > "$work/contrary/report.json" &&
        program contrary_pool "$results/slow" "$work/contrary" && is contrary_pool '.claims.claims[] | select(.id == "fork_is_above").where' '"Undecided on A."'
}
check 'again: runs that contradict each other decide nothing' contradicting

mkdir -p "$work/root/etc" && echo 0123456789abcdef0123456789abcdef > "$work/root/etc/machine-id"
id_of() { MACHINE_ROOT="$work/$1" "$repo/bench/measure/environment.sh" 2> /dev/null | jq -r .machine_id; } # MACHINE
hashed() { equals 'the id' "$(id_of root)" "$(printf 'forklore 0123456789abcdef0123456789abcdef' | sha256sum | cut -c 1-12)"; }
check 'the id of a machine is a hash' hashed
check 'the id of a machine without one' equals 'the id' "$(id_of none)" null

# ---- what is left out -----------------------------------------------------------------------------------------------------
left_out() { # TEXT: by the last run of the program, once
    equals 'the lines' "$(wc -l < "$work/error")" 1 && says "$work/error" "$1" && is some '[.runs, .machines[0].runs[0].name, (.left_out | length)]' '[1,"slow",1]'
}
but() { # RUN JQ_FILTER: a copy of the fast one, with another report, beside the slow one
    copy fast "$1" && jq "$2" "$results/fast/report.json" > "$work/$1/report.json" && program some "$results/slow" "$work/$1"
}
leaves_out() { but "$1" "$2" && left_out "$3"; } # RUN JQ_FILTER TEXT
check 'left out: a dirty run' leaves_out dirty '.run.dirty = true' 'dirty: its programs'
check 'left out: one that failed a self-test' leaves_out failing '.selftests.ok = false' 'its self-tests did not all pass: '
check 'left out: one of a later edition' leaves_out later '.schema = "forklore-report/9"' 'another edition: forklore-report/9'
mkdir "$work/old" && cp "$results/fast"/{settings.tsv,summary.tsv,environment.json} "$work/old"
first_edition() { program some "$results/slow" "$work/old" && left_out 'it has no report.json: not finished, or of the first edition'; }
check 'left out: one of the first edition' first_edition
accepted() { program some --accept "$work/dirty" "$work/failing" "$results/slow" && is some '[.runs, .left_out]' '[3,[]]'; }
check 'accepted: a dirty one, and one that failed' accepted
copy fast edited && sed -i 's/fork/frok/' "$work/edited/report.md"
unverified() {
    ! pool unverified "$work/edited" && says "$work/error" 'edited: it does not verify: ' && says "$work/error" 'no run is left to pool'
}
check 'left out: one that does not verify' unverified
all_the_same() { ACCEPT=yes pools unverified "$results/slow" "$work/edited" && is unverified .runs 2; }
check 'accepted: one that does not verify' all_the_same
check 'two: the page says so' says "$work/unverified/pool.md" 'Fewer than 3 machines: no number is pooled.'

reworded() { # RUN SED_SCRIPT: a copy of the slow one whose question is another, beside the fast one
    copy slow "$1" && sed -i "$2" "$work/$1/experiments/churn.conf" && program other "$results/fast" "$work/$1"
}
check 'another question' reworded asked_other 's/^connections 4/connections 5/'
check 'another question: is named' says "$work/error" 'left out: the question churn differs between fast and asked_other: connections'
check 'another question: the others are pooled' is other '[.questions_left_out[0].id, [.headlines[].id], .grid.columns, [.claims.claims[].id]]' '["churn",["other"],[],["threads_differ"]]'
in_other_words() { reworded in_other_words 's/^question .*/question Which one?/' && is other .questions_left_out '[]'; }
check 'another question: other words are no other question' in_other_words

# ---- bad input ------------------------------------------------------------------------------------------------------------
sh=$repo/bench/report/pool.sh
refuses 'no run' 2 'usage: pool.sh' "$sh" "$work/none"
refuses 'a run that is not there' 1 'zz_nowhere is not a folder' "$sh" "$work/none" "$work/zz_nowhere"
mkdir "$work/empty"
refuses 'an empty folder' 1 'empty is not a run, and no folder of runs' "$sh" "$work/none" "$work/empty"
refuses 'ACCEPT that is neither' 2 "ACCEPT must be yes or no, not 'perhaps'" env ACCEPT=perhaps "$sh" "$work/none" "$results/fast"
refuses 'the program: no run' 2 'usage: pool' "$build/bench/report/pool" "$work/none"
no_runs() { ! make --no-print-directory -s -C "$repo" pool RESULTS="$results" > "$work/said" 2>&1 && says "$work/said" 'RUNS="name or folder ..." is missing'; }
check 'make: no RUNS' no_runs
none_left() { ! pool none "$work/old" && says "$work/error" 'no run is left to pool' && [ ! -e "$work/none" ]; }
check 'nothing is left: it fails, and writes nothing' none_left

# ---- where a machine stands ---------------------------------------------------------------------------------------------------
known() { # RUN: what its report says, if the three machines are known
    cp "$work/three/machines.tsv" "$results/$1" && report "$results/$1" && jq -c '[.known[]?.text]' "$results/$1/report.json" | sed 's/\xc2\xa0/ /g'
}
stands() { equals 'what it says' "$(known "$1")" "$2"; } # RUN TEXTS
check 'known: a machine does not count itself' stands slow '["fork ÷ epoll: 40× here; 4.0× to 6.0× on the 2 other machines known.","thread ÷ epoll: 2.0× here; 2.0× on the 2 other machines known."]'
sed -i '3,$d' "$work/three/machines.tsv"
check 'known: its own machine is the only one' stands fast '[]'
nothing_said() { equals 'whether it has the section' "$(jq 'has("known")' "$results/fast/report.json")" false; }
check 'known: nothing is said' nothing_said

# The table in README has a row for each machine known.
in_readme() {
    local name ratio
    while IFS=$'\t' read -r name ratio; do
        grep -F "| $name |" "$repo/README.md" | grep -qF "| $ratio× |" || { echo "no row of $name with $ratio×" && return 1; }
    done < <(sed 's/\xc2\xa0/ /g' "$repo/results/machines.tsv" | awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
        $c["experiment"] == "churn" { printf "%s\t%.2g\n", $c["machine"], $c["ratio"] }')
}
check 'README: each machine known, with its ratios' in_readme

verdict
