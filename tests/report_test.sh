#!/bin/bash -p
# report_test.sh: what report.json has of metrics of all kinds, in the right unit and direction, and what is derived; and the views of it.
#
# The run is made by hand: a summary and its experiments. Its trials are of another question, and it has no plots.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

run=$results/planted
tree asked
there_is_one() { echo '* * * connections_per_s 1' | fixture asked planted 1 --experiments churn --models epoll && analyse "$run"; }
check 'planted run: trials' there_is_one
rm "$run"/experiments/*
sed -i 1q "$run"/{verdicts,chooser}.tsv
printf 'experiment\tname\tfamily\tcapacity\tworkers\tsource\tsummary\tstatus\n' > "$run/models.tsv"
printf 'experiment\tmodel\tx\treason\n' > "$run/left_out.tsv"
jq -n '{cpu_model: "One", cpus_online: 2, costs: {fork_us: 6000, page_fault_us: 0.5, system_call_us: 0.1}, date: "2020-02-02T00:00:00Z", commit: "0123456789abcdef"}' > "$run/environment.json"
printf 'experiment\tmetric\tmodel\tfamily\tx\tn\tmedian\tlow\thigh\tratio\tratio_low\tratio_high\tbaseline\tnote\tvalidity\tp_holm\tverdict\tratio_low_90\tratio_high_90\tblocks_needed\tminutes\n' > "$run/summary.tsv"
"$build/fixture/metrics" > "$run/metrics.tsv"
printf 'code\tvalidity\tconcerns\tlooks_at\tlow\thigh\ttrials\tsays\twhy\n' > "$run/validity.tsv"
cell() { printf '%s\t%s\t%s\t%s\t%s\t20\t%s\t%s\t%s\t%s\t%s\t%s\tepoll\t%s\t%s\t-\t-\t-\t-\t-\t-\n' "$@" >> "$run/summary.tsv"; }
asks() { # TYPE STEM METRIC KEY_AND_VALUE...
    printf '%s\n' "question $2?" 'title T' "type $1" 'models epoll fork' 'connections 4' "metric $3" 'baseline epoll' 'headline fork' 'per echo' "${@:4}" > "$run/experiments/$2.conf"
}
pair() { # STEM METRIC X EPOLL FORK RATIO LOW HIGH [NOTE VALIDITY]
    cell "$1" "$2" epoll multiplexed "$3" "$4" "$4" "$4" 1 1 1 - valid
    cell "$1" "$2" fork process "$3" "$5" "$5" "$5" "$6" "$7" "$8" "${9:--}" "${10:-valid}"
}

asks load load latency_p99_us 'vary fraction 50 80 90' 'spot at % % of its capacity'
pair load latency_p99_us 50 120 400 3.33 3.1 3.6
pair load latency_p99_us 80 200 210 1.05 0.9 1.2
judged() { sed -i "\$s/-\t-\t-\t-\t-\t-\$/$1/" "$run/summary.tsv"; } # P_HOLM VERDICT LOW_90 HIGH_90 BLOCKS MINUTES of the last row, by tabs
judged '0.6\tundecided\t0.92\t1.18\t1234\t12.6'
pair load latency_p99_us 90 200 202 1.01 0.95 1.06
judged '0.6\tsame\t0.96\t1.05\t-\t-'
asks serve closed latency_p99_us 'also latency_p99_9_us'
cell closed latency_p99_9_us fork process - 900 900 900 - - - - valid
pair closed latency_p99_us - 120 400 3.33 3.1 3.6
asks slo_rate highest slo_rate_per_s 'vary limit_ms 1 10' 'spot within % ms'
pair highest slo_rate_per_s 1 15000 5000 0.333 0.3 0.36
pair highest slo_rate_per_s 10 25000 9000 0.36 0.33 0.4
asks isolate isolation connections_lost 'vary end crash'
cell isolation connections_lost epoll multiplexed crash 49 48 49 1 1 1 - valid
cell isolation connections_lost fork process crash 0 0 0 - - - - valid
asks hold memory memory_kib_per_connection
pair memory memory_kib_per_connection - 7 118 17 16 18
asks serve slow in_time_percent 'behaviour stalled' 'vary background 0 100' 'spot beside % stalled clients'
pair slow in_time_percent 0 100 100 1 1 1
pair slow in_time_percent 100 100 37.5 0.375 0.3 0.4
asks serve work_wait echoes_per_s 'option --work %' 'vary work sleep:0 sleep:1000' 'spot with % of work'
pair work_wait echoes_per_s sleep:0 90000 40000 0.44 0.4 0.5
pair work_wait echoes_per_s sleep:1000 900 40000 44 40 50 steal suspect
asks serve limited echoes_per_s
cell limited echoes_per_s epoll multiplexed - 90000 90000 90000 1 1 1 client-bound suspect
cell limited echoes_per_s fork process - 40000 40000 40000 0.44 0.4 0.5 - valid
asks serve cost server_cpu_us_per_echo
pair cost server_cpu_us_per_echo - 10 25 2.5 2.4 2.6

asks serve spread server_cpu_us_per_echo 'derive fork_like_epoll crossover fork 1.1' 'derive never crossover fork 1' 'derive excess fork - epoll / 200' 'unit fork_like_epoll requests' 'unit excess s' \
    'derive longer change fork 1 2' 'derive among spread fork' \
    'published excess 20.90' 'published_in A book' 'answer fork_like_epoll never longer among'
pair spread server_cpu_us_per_echo - 10 11 1.1 1.01 1.2
derives() { printf 'spread\tderived\t%s\tderived\t-\t20\t%s\t%s\t%s\t-\t-\t-\tepoll\t%s\tvalid\t-\t-\t-\t-\t-\t-\n' "$@" >> "$run/summary.tsv"; }
derives fork_like_epoll 612 400 - -
derives never - - - 'not below 1: 1.02'
derives excess 1.234 1.1 1.3 -
derives longer 0.98 0.952 1.013 -
derives among 0 0 0.84 -
asks serve many server_cpu_us_per_echo
pair many server_cpu_us_per_echo - 10 11 1.1 1.01 1.2
judged '0.3\tundecided\t1.03\t1.18\t26\t-'

check 'planted run: has a report' report "$run"

# ---- a row of a table: value, ratio, verdict ----------------------------------------------------------------------------
row_is() { # NAME QUESTION MODEL X TEXT: "value (interval); ratio (interval); verdict"
    check "$1" reports "$run" "$5" "row(\"$2\"; \"$3\"; \"$4\").cells[:3] | map(.text + if .interval == \"\" then \"\" else \" (\(.interval))\" end) | join(\"; \")"
}
row_is 'an open loop latency' load fork 50 '400 µs; 3.3× (3.1–3.6); '
row_is 'about the same' load fork 90 '202 µs; 1.01× (0.95–1.06); same within 10 %'
row_is 'undecided, and what would decide it' load fork 80 '210 µs; 1.05× (0.90–1.20); undecided: 1,234 blocks'
row_is 'undecided: no minutes are known' many fork - '11.0 µs; 1.10× (1.01–1.20); undecided: 26 blocks'
row_is 'a rate within a limit' highest fork 10 '9,000/s; 0.36× (0.33–0.40); '
row_is 'a count of nothing: no ratios, only blocks' isolation fork crash '0; 20'
row_is 'a count with an interval' isolation epoll crash '49 (48–49); 20'
row_is 'memory' memory fork - '118 KiB; 17.0× (16.0–18.0); '
row_is 'a share' slow fork 100 '38 %; 0.38× (0.30–0.40); '
row_is 'a cost' cost fork - '25.0 µs; 2.5× (2.4–2.6); '
doubted() { # NAME QUESTION MODEL TEXT: the validity of value and of ratio, and the reason
    check "$1" reports "$run" "$4" "[q(\"$2\").table.rows[] | select(.model == \"$3\")][-1].cells[:2] | \"\(.[0].validity) \(.[1].validity): \(.[1].reason)\""
}
doubted 'a suspect rate, at values that are ordered though they are words' work_wait fork 'suspect suspect: The hypervisor took more than 5 % of the CPU time.'
doubted 'a baseline that the client holds back: its ratio is suspect, the value is not' limited fork 'valid suspect: The client was the limit; the server could have done more.'
check 'and so the figure says' reports "$run" '40,000/s (0.44×?)' 'q("limited").figure.rows[] | select(.model == "fork").label'
check 'the state of an answer' reports "$run" 'suspect undecided decided' '[q("limited", "many", "cost").state] | join(" ")'
check 'more of a rate is better, so the table begins with the most' reports "$run" epoll 'q("highest").table.rows[0].model'
titles() { shown "$run" "q(\"$1\").table.columns[].title"; } # QUESTION
closed_is_said() { says <(titles closed) 'closed loop' && ! titles load | grep 'closed loop'; }
check 'a latency of a closed loop is called that, another is not' closed_is_said
check 'a percentile in between' says <(titles closed) '99.9th percentile of latency'

# ---- what is derived ----------------------------------------------------------------------------------------------------
derived_is() { # NAME QUANTITY TEXT FILTER
    check "$1" reports "$run" "$3" "q(\"spread\").derived[] | select(.name == \"$2\") | $4"
}
derived_is 'from where on, without an upper end' fork_like_epoll '612 requests, 400, null' '"\(.measured.text), \(.measured.lower_value), \(.measured.upper_value)"'
derived_is 'nowhere' never 'null: not below 1: 1.02' '"\(.measured): \(.note)"'
derived_is 'a published value' excess '1.23 s (1.10–1.30), 20.9 s' '"\(.measured.text) (\(.measured.interval)), \(.published)"'
derived_is 'a change is a ratio' longer '0.98× (0.95–1.01)' '"\(.measured.text) (\(.measured.interval))"'
derived_is 'a spread is in percent' among '0 %' .measured.text

# ---- the whole ----------------------------------------------------------------------------------------------------------
check 'what was run where' reports "$run" 'One, 2 CPUs; 0123456; 2 February 2020; 11' '"\(.machine.short); \(.run.commit_short); \(.run.date_text); \(.run.questions)"'
check 'the kind of machine: slow page tables' says <(shown "$run" .machine.kind) '100'
check 'the kind of machine: its costs' says <(shown "$run" '.machine.costs[].text') 'ms'
cp -R "$run" "$results/old"
jq 'del(.costs)' "$run/environment.json" > "$results/old/environment.json"
costs_not_recorded() { report "$results/old" && reports "$results/old" 'null []' '"\(.machine.kind) \(.machine.costs)"'; }
check 'the kind of machine: nothing where it was not recorded' costs_not_recorded
cite=$build/bench/report/cite
check 'cite: a suspect cell says so' says <("$cite" "$run" work_wait.fork@sleep:1000 2>&1) 'cite: work_wait.fork@sleep:1000: suspect: steal'
check 'cite: a count' says <("$cite" "$run" isolation.fork@crash) '(95 % bootstrap intervals, 20 blocks; '
render() { "$repo/bench/report/render.py" "$1" "$run/report.json" "$run/$2" && says "$run/$2" "$(shown "$run" 'q("cost").question')"; } # TEMPLATE OUTPUT
check 'report.md is made of it' render report.md.j2 report.md
check 'report.html is made of it' render page.html.j2 report.html
without_pictures() { says "$run/report.md" 'No picture' || says "$run/report.html" 'No figure'; }
check 'without pictures both are whole, and say so' without_pictures

# ---- bad input ----------------------------------------------------------------------------------------------------------
lacks() { # FILE
    cp -R "$run" "$work/lacking" && rm "$work/lacking/$1"
    refuses "report without $1" 1 "$1" report "$work/lacking"
    rm -r "$work/lacking"
}
for file in summary.tsv models.tsv metrics.tsv validity.tsv environment.json; do lacks $file; done

# Pictures of numbers that are no more do not stay.
no_number() {
    rm -rf "$work/emptied" && cp -r "$run" "$work/emptied" && mkdir -p "$work/emptied/plots" && touch "$work/emptied/plots/old.svg" &&
        jq '.questions.groups[].questions[].figure = null' "$run/report.json" > "$work/emptied/report.json" &&
        "$repo/bench/report/plots.sh" "$work/emptied" 2> "$work/error" && says "$work/error" 'there is no number to draw' &&
        equals 'what is left' "$(ls -A "$work/emptied/plots")" ''
}
check 'no number to draw: old pictures are removed' no_number
verdict
