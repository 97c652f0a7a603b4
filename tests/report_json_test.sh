#!/bin/bash -p
# report_json_test.sh: report.json fits its schema and says what is known of a run: of one with known numbers, of one question, of
# one in which nothing is decided, and of the reference run.
#
# Needs a built build/, jq, and for the schema python3-jsonschema. Nothing is measured.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
schema=$repo/bench/report/report.schema.json
make_report() { analyse "$1" && "$build/bench/report/report" "$repo/bench/questions" "$1"; } # RUN

fits() { # JSON: prints the first errors
    /usr/bin/python3 - "$schema" "$1" << 'END'
import json, sys
from jsonschema import Draft202012Validator
schema, report = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
Draft202012Validator.check_schema(schema)
errors = list(Draft202012Validator(schema).iter_errors(report))
for error in errors[:5]:
    print(error.json_path, error.message[:300])
sys.exit(1 if errors else 0)
END
}
check_schema() { # NAME RUN
    if /usr/bin/python3 -c 'import jsonschema' 2> /dev/null; then
        check "$1: fits the schema" fits "$2/report.json"
    else
        skips "$1: fits the schema" 'python3-jsonschema is not installed'
    fi
}

# ---- known numbers ----------------------------------------------------------------------------------------------------
planned() {
    fixture asked known 12 --experiments 'churn concurrency isolation slow' << 'END'
* * * server_cpu_us_per_connection 20 20.1 19.9
churn epoll * server_cpu_us_per_connection 18 18.1 17.9
churn fork * server_cpu_us_per_connection 120 121 119
churn thread * server_cpu_us_per_connection 40 40.1 39.9
churn iterative * server_cpu_us_per_connection 12 12.1 11.9
churn select * server_cpu_us_per_connection 60 61 -
churn poll * server_cpu_us_per_connection 60 - - - - - - - - - - -
* * * server_cpu_us_per_echo 4
concurrency thread * server_cpu_us_per_echo 2 8 3 7 4 5
* * * connections_lost 15
isolation *fork* * connections_lost 0
* * * in_time_percent 100
slow prefork* * in_time_percent 0
slow poll * stolen_share 0.5
slow coroutine * errors 1
END
}
rm "$work/asked/build/servers/io_uring"
cp "$work/unsupported" "$work/asked/build/servers/io_uring"
check 'known: a run' planned
run=$results/known
check 'known: has a report' make_report "$run"
check_schema known "$run"
is() { equals "$1" "$(jq -r "$1" "$run/report.json" 2>&1)" "$2"; } # FILTER VALUE
cell() { # SITUATION MODEL
    echo "[.grid.columns[].id] | index(\"$1\")) as \$c | .grid.rows[] | select(.model == \"$2\") | .cells[\$c]"
}
shows() { is "($(cell "$1" "$2") | \"\\(.place) \\(.shade) \\(.text)\"" "$3"; } # SITUATION MODEL PLACE_SHADE_TEXT
explains() { # SITUATION MODEL TEXT
    is "($(cell "$1" "$2").reason | contains(\"$3\")" true
}
check 'grid: columns are the situations that were measured' is '.grid.columns | map(.id) | join(" ")' 'short_connections busy_connections stalled_clients crash'
check 'grid: the others are counted' is '.grid.note | contains("6 more situations")' true
check 'grid: fork stays on top' is '.grid.rows | map(select(.pinned).model) | join(" ")' fork
# shellcheck disable=SC2016  # jq's own $
check 'grid: each row has all cells' is '.grid.columns as $c | .grid.rows | all(.cells | length == ($c | length))' true
check 'grid: the best' shows short_connections epoll 'best 0 best'
check 'grid: the best has its value' is "($(cell short_connections epoll).interval | startswith(\"18.0\")" true
check 'grid: far behind' shows short_connections fork 'behind 3 6.7×'
check 'grid: a little behind' shows short_connections prethread 'behind 0 1.11×'
check 'grid: too few blocks' shows short_connections poll 'few 0 3.3×?'
check 'grid: too few blocks: how many are needed' explains short_connections poll '1 block, 6 are needed'
check 'grid: a server that is no candidate' shows short_connections iterative 'behind 0 0.67×'
check 'grid: and why' explains short_connections iterative 'one client at a time'
check 'grid: undecided' is "($(cell busy_connections thread) | .place" undecided
check 'grid: a percentage of nothing' is "($(cell stalled_clients prefork) | [.place, .shade, .sort] | join(\" \")" 'behind 4 100'
check 'grid: a suspect percentage' is "($(cell stalled_clients poll) | .place" suspect
check 'grid: a count of nothing' shows crash fork 'best 0 0'
check 'grid: a count of all' shows crash thread 'behind 4 15'
check 'grid: a variant stands in the row of its program' shows crash epoll_workers 'behind 4 15†'
check 'grid: and is named' explains crash epoll_workers 'Measured as epoll_workers+4.'
check 'grid: no valid trial' shows stalled_clients coroutine 'suspect 0 ?'
check 'grid: no valid trial: why' explains stalled_clients coroutine 'No valid trial. A request failed'
check 'grid: cannot run here' shows stalled_clients io_uring 'left_out 0 —'
check 'grid: cannot run here: why' explains stalled_clients io_uring 'the kernel has no zz_call'
check 'grid: left out' is "($(cell busy_connections iterative) | .place" left_out
check 'grid: not measured' shows stalled_clients select 'not_measured 0 —'

# shellcheck disable=SC2016  # jq's own $
of_claim='[.claims.themes[].claims[], .claims.undecided[]] | map(select(.id == $id))[0]'
of() { # CLAIM FILTER VALUE
    equals "$1: $2" "$(jq -r --arg id "$1" "$of_claim | $2" "$run/report.json" 2>&1)" "$3"
}
check 'claims: one that holds' of process_control_is_expensive '"\(.verdict) \(.explanation)"' 'holds Holds above 2×.'
check 'claims: its strip' of process_control_is_expensive '.conditions[0] | "\(.side) \(.strip.at) \(.strip.off)"' 'more 87.4 null'
check 'claims: one that does not' of thread_beats_pool '.verdict' does_not_hold
check 'claims: the same within x %' of file_lock_costs '"\(.verdict) \(.conditions[0].reason)"' 'same same'
check 'claims: undecided: the interval' of loops_beat_threads '.conditions[.decides] | "\(.verdict) \(.reason) \(.blocks)"' 'undecided straddles 12'
check 'claims: undecided: what would decide it' of loops_beat_threads '.explanation | startswith("The interval includes 1×. ")' true
check 'claims: of a server that cannot run here' of uring_beats_epoll '"\(.verdict) \(.explanation | contains("the kernel has no zz_call"))"' 'undecided true'
check 'claims: a bound of 0 has no strip' of threads_die_together '.conditions[0] | "\(.strip) \(.bound_text)"' 'null 0'
check 'claims: undecided ones are in their own list' is '[.claims.themes[].claims[] | select(.verdict == "undecided" or .verdict == "not_measured")] | length' 0
check 'claims: those that fail come first' is '[.claims.themes[].claims | map(.verdict == "does_not_hold") | . == (sort | reverse)] | all' true
check 'claims: counts add up' is '.claims | .counts.holds + .counts.does_not_hold + .counts.same + .counts.undecided == .total' true
check 'claims: and are those of the lists' is '.claims | ([.themes[].claims[]] + .undecided | length) == .total' true
check 'claims: those not measured are counted' is '.claims.counts.not_measured > 0 and (.claims.not_measured_text | contains("make bench-all"))' true
layouts() { is '.method[0].text | contains("several layouts")' "$(if grep -q 'layouts/{' "$run/cells.tsv"; then echo true; else echo false; fi)"; }
check 'method: speaks of layouts if there are any' layouts

# ---- little to say ----------------------------------------------------------------------------------------------------
single() { fixture asked single 12 --experiments memory <<< '* * * memory_kib_per_connection 7 8'; }
check 'one question: a run' single
check 'one question: has a report' make_report "$results/single"
check_schema 'one question' "$results/single"

undecided() {
    fixture asked undecided 3 --experiments 'churn slow' << 'END'
* * * server_cpu_us_per_connection 20 21 19
* * * in_time_percent 100 50
END
}
check 'undecided: a run' undecided
run=$results/undecided
check 'undecided: has a report' make_report "$run"
check_schema undecided "$run"
check 'undecided: no claim has a verdict' is '.claims | (.themes | length) == 0 and .total == .counts.undecided and .total > 0' true
check 'undecided: each for too few blocks' is '[.claims.undecided[] | .conditions[.decides].reason] | unique | join(" ")' few
check 'undecided: how many it has' is '[.claims.undecided[].explanation] | unique | join(" ")' '3 blocks, 6 are needed for an interval. A longer run decides it.'
check 'undecided: which one sentence says' is '.claims.undecided_text | contains("too few blocks")' true
check 'undecided: no model is the best' is '[.grid.rows[].cells[].place] | any(. == "best" or . == "behind")' false

# ---- a server of the user's -------------------------------------------------------------------------------------------
own() {
    fixture asked own 12 --experiments 'churn concurrency' --models 'epoll fork' --server "$BUILD/servers/epoll -p {port}" << 'EOF'
* * * server_cpu_us_per_connection 20 20.1 19.9
churn mine * server_cpu_us_per_connection 40 40.1 39.9
churn fork * server_cpu_us_per_connection 80 80.1 79.9
* * * server_cpu_us_per_echo 4 4.1 3.9
concurrency mine 64 descriptors_leaked 100
* * * backlog 4096
churn mine * backlog 5
concurrency mine * backlog 5
concurrency mine 64 nodelay 0
EOF
}
check 'own server: a run' own
run=$results/own
check 'own server: has a report' make_report "$run"
check_schema 'own server' "$run"
finding() { is "[.yours[] | select(.name == \"mine\").findings[] | select(.question == \"$1\" and .spot == \"$2\")][0] | $3" "$4"; } # QUESTION SPOT FILTER TEXT
check 'own server: what it costs' finding churn '' '.text | contains("costs the server “mine” 2.0×")' true
check 'own server: compared with fork, too' finding churn '' '.text | contains("Compared with fork: 0.50×")' true
check 'own server: not where it has no number itself' finding concurrency 'at 64 connections' '.text // "" | contains("fork")' false
check 'own server: that it leaks' finding concurrency 'at 64 connections' '.reason | contains("kept descriptors open")' true
footing='backlog 5 instead of 4,096, TCP_NODELAY off'
check 'own server: its sockets differ' is '.yours[0].footing' "$footing"
check 'own server: a note says so' is "[.questions.groups[].questions[].notes[] | select(startswith(\"Not on equal footing\"))] | unique | tostring" "[\"Not on equal footing: mine ($footing).\"]"
check 'own server: it is drawn as foreign' is '[.questions.groups[].questions[].table.rows[] | select(.model == "mine").foreign] | unique | tostring' '[true]'
check 'own server: the others are not' is '[.questions.groups[].questions[].table.rows[] | select(.model != "mine") | has("foreign")] | any' false
check 'own server: it is no candidate for the best' is '[.grid.rows[] | select(.model == "mine").cells[].place] | any(. == "best")' false

# ---- the reference run ------------------------------------------------------------------------------------------------
run=$results/reference
cp -r "$repo/results/reference" "$run"
check 'reference: has a report' make_report "$run"
check_schema reference "$run"
check 'reference: every claim has a theme' is '[.claims.themes[].title] | any(. == "Other claims")' false
check 'reference: no text says what C prints for no number' is '[.. | strings | select(test("\\b(nan|inf)\\b"))] | length' 0
verdict
