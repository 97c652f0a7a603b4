#!/bin/bash -p
# report_input_test.sh: report.json of a run that is damaged, half done, not concluded or of an older edition: one line that says
# which, and what to do.
#
# Needs a built build/. Nothing is measured.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
planned() { fixture asked whole 12 --experiments churn <<< '* * * server_cpu_us_per_connection 20 20.1 19.9' && analyse "$results/whole"; }
check 'a run' planned
report() { "$build/bench/report/report" "$repo/bench/questions" "$1"; } # RUN

spoilt() { # NAME COMMAND...: a copy of the run, and what happened to it
    cp -r "$results/whole" "$results/$1"
    (cd "$results/$1" && "${@:2}")
}
shorten() { head -c "$2" "$1" > "$1.cut" && mv "$1.cut" "$1"; } # FILE BYTES
old() { cut -f 1-16 summary.tsv > old.tsv && mv old.tsv summary.tsv; }
half() { sed -i '10,$d' trials.tsv && rm -f dropped.tsv; }
mix_up() { sed -i '3s/^[0-9]/x/' trials.tsv; }
packed_badly() { xz plan.tsv && shorten plan.tsv.xz 100; }

refuses 'usage' 2 'usage: report QUESTIONS_FOLDER RUN_FOLDER' "$build/bench/report/report" "$repo/bench/questions"
refuses 'no folder' 1 'nowhere is not a run: No such file' report "$results/nowhere"
mkdir "$results/empty"
refuses 'not a run' 1 'empty is not a run: it has no plan.tsv' report "$results/empty"
spoilt unjudged rm summary.tsv
refuses 'not concluded' 1 'unjudged is not concluded: it has no summary.tsv (make report RUN=unjudged)' report "$results/unjudged"
spoilt old old
refuses 'of an older edition' 1 "old is of an older edition: its summary.tsv has no column 'blocks_needed' (make report RUN=old)" report "$results/old"
spoilt half half
refuses 'half done' 1 'half is half done: it has 8 of' report "$results/half"
spoilt torn shorten summary.tsv 2000
refuses 'a torn table' 1 'summary.tsv: truncated: its last line is incomplete (restore the file' report "$results/torn"
spoilt mixed mix_up
refuses 'a changed row' 1 'trials.tsv:3: damaged row: checksum mismatch (restore the file' report "$results/mixed"
spoilt packed packed_badly
refuses 'a damaged packed table' 1 'plan.tsv.xz: damaged: xz cannot unpack it (restore the file' report "$results/packed"
spoilt nameless rm environment.json
refuses 'no environment' 1 'environment.json is damaged: ' report "$results/nameless"
spoilt aimless rm -r experiments
refuses 'no questions' 1 'aimless is damaged: it has no experiments' report "$results/aimless"

mute() { # a file that cannot be written
    mkdir "$results/whole/report.json.new"
    refuses 'nothing can be written' 1 'report.json.new: Is a directory' report "$results/whole"
    rmdir "$results/whole/report.json.new"
}
mute
twice() {
    report "$results/whole" && cp "$results/whole/report.json" "$work/first" && report "$results/whole" &&
        cmp "$work/first" "$results/whole/report.json"
}
check 'the same run gives the same file' twice
verdict
