#!/bin/bash -p
# metric_test.sh: what an edit of one table does: a new metric is a row and an assignment, and is then recorded, judged and
# reported; a changed threshold judges an old run again, and its trials stay as they are.
#
# Needs a built build/. The edits are made in a copy of the sources.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/../core/line.sh"

edited=$work/edited
mkdir "$edited"
cp -a "$repo"/{Makefile,bench,clients,servers,plots} "$edited"
mkdir -p "$edited/$BUILD" && cp -a "$build"/{bench,clients,flags,layouts,linked_static,objects,servers} "$edited/$BUILD" # what no edit concerns is not built again
rm -rf "$edited"/bench/questions/experiments/*
printf '%s\n' 'title T' 'question Which?' 'type serve' 'models epoll fork' 'connections 4' 'requests 1' 'bytes 64' 'pool 4' 'window_s 0.03' 'warmup_s 0.01' 'per connection' \
    'metric server_cpu_us_per_connection' 'also connections_per_s winks client_load' 'baseline epoll' 'headline fork' > "$edited/bench/questions/experiments/winking.conf"

# shellcheck disable=SC1003  # the row goes on in the next line
sed -i '/^#define METRICS(X)/a\    X(winks, "wk", MORE, RATES, "number of winks", "", "as many as connections were served, twice over") \\' "$edited/bench/base/metric.h"
sed -i 's/^    f\[METRIC_served\] = .*/&\n    f[METRIC_winks] = 2 * f[METRIC_served];/' "$edited/bench/measure/types/serve.c"
# What is compiled again is quick to compile; that the flags differ is no reason to compile the rest again.
rebuild() { make -C "$edited" -s --no-print-directory -o "$BUILD/flags" OPT=-O0 B="$BUILD" CC="${CC:-gcc}" SAN="${SAN:-}" LINK="${LINK:-}" "${@/#/$BUILD/bench/}" 2>&1 | tail -n 3; return "${PIPESTATUS[0]}"; } # PROGRAM...
check 'a metric: a row and an assignment are enough to build' rebuild measure/plan measure/trial analyse/analyse report/report report/plot_tables
bench edited RUN=winking BUDGET=0
check 'a metric: the run ends well' equals 'its status' $? 0
run=$results/winking
counted() { # each trial's winks are twice its connections
    paste <(column "$run/trials.tsv" winks) <(column "$run/trials.tsv" served) | awk '$1 != 2 * $2 || !($1 > 0) { print; bad = 1 } END { exit bad || NR != 6 }'
}
check 'a metric: is recorded' counted
check 'a metric: is summed up' equals 'how many medians' "$(value "$run/summary.tsv" median metric=winks | grep -c '^[0-9]')" 2
check 'a metric: has its unit and direction' equals 'its row' "$(value "$run/metrics.tsv" unit metric=winks) $(value "$run/metrics.tsv" better metric=winks)" 'wk more'
check 'a metric: is reported by its name' reports "$run" 'number of winks, wk' '.metrics[] | select(.name == "winks") | "\(.label), \(.unit)"'
check 'a metric: its class decides what makes it doubtful' equals 'its class' "$(value "$run/metrics.tsv" class metric=winks)" rates

notes_of() { value "$run/summary.tsv" note "metric=$1" model=epoll | paste -sd ' '; } # METRIC
cp "$run/trials.tsv" "$work/before"
sed -i 's/METRIC_client_load, NAN, CLIENT_BOUND/METRIC_client_load, NAN, 0.0001/' "$edited/bench/analyse/validity.c"
check 'a threshold: is in one place' rebuild analyse/analyse
check 'a threshold: the old run is judged again' "$edited/$BUILD/bench/analyse/analyse" "$repo/bench/questions" "$run"
check 'a threshold: all of it' equals 'trials that are client-bound' "$(value "$run/doubts.tsv" reasons experiment=winking | grep -c client-bound)" 6
check 'a threshold: its rates' says <(notes_of connections_per_s) client-bound
check 'a threshold: its new metric, by its class' says <(notes_of winks) client-bound
check 'a threshold: not its CPU time' equals 'what there is to doubt' "$(notes_of server_cpu_us_per_connection | grep client-bound)" ''
check 'a threshold: the trials are as they were' cmp "$work/before" "$run/trials.tsv"
verdict
