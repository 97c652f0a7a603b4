#!/bin/bash -p
# questions_test.sh: experiments of one's own: who takes part in them, how, and what is derived from what they yield.
#
# Needs a built build/. Plots and report come from the repository, the questions do not. Nothing is measured: trials are made up
# (what is measured is in answers_test.sh).
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree asked
asked=$work/asked
own_questions "$asked"
ln -s "$work/unsupported" "$asked/build/servers/zz_unsupported"
conclude=$repo/bench/conclude.sh

ask() { # NAME KEY_AND_VALUE...: an experiment; of a key that is given again the last line counts
    printf '%s\n' "question Which?" "type serve" "requests 1" "bytes 64" "pool 4" "window_s 0.03" "warmup_s 0.01" "per connection" \
        "metric server_cpu_us_per_connection" "baseline epoll" "headline fork" "${@:2}" | tac | awk '!seen[$1]++' | tac > "$asked/bench/questions/experiments/$1.conf"
}

# ---- some models only ---------------------------------------------------------------------------------------------------
ask some 'models epoll fork zz_unsupported' 'connections 4'
ask waits 'models epoll iterative prefork_reuseport' 'vary connections 1 2' 'requests 0' 'metric server_cpu_us_per_echo'
some=$results/some
some_models() {
    fixture asked some 6 << 'END' && "$conclude" "$some"
* * * server_cpu_us_per_connection 10
some fork * server_cpu_us_per_connection 15
waits * * server_cpu_us_per_echo 10
waits prefork_reuseport * server_cpu_us_per_echo 15
END
}
check 'some models: planned, and concluded' some_models
check 'some models: no others' equals 'the models' "$(value "$some/models.tsv" name experiment=some | paste -sd ' ')" 'epoll fork zz_unsupported'
check 'some models: all of them' equals 'the cells' "$(block "$some" 1 | awk '$1 == "some" { print $2 }' | sort | paste -sd ' ')" 'epoll fork'
check 'some models: one that cannot run here is named' notes_say "$some" some zz_unsupported 'the kernel has no zz_call'
check 'left out: one at a time' notes_say "$some" waits iterative 'a server that serves one connection at a time'
check 'left out: by a hash' notes_say "$some" waits prefork_reuseport 'the kernel may give two connections to one worker'
check 'the models: with the size of their pools' reports "$some" "$(value "$some/models.tsv" workers name=prefork_reuseport)" '.models[] | select(.name == "prefork_reuseport").workers'

# What an interval excludes and Holm's correction does not.
corrected() {
    awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        NR > 1 && $at["model"] != $at["baseline"] && $at["ratio"] != "-" { $at["ratio_low"] = 1.2; $at["ratio_high"] = 1.8; $at["p_holm"] = 0.3; $at["verdict"] = "undecided"; $at["blocks_needed"] = 15; $at["minutes"] = 3 } { print }' \
        "$some/summary.tsv" > "$work/summary.tsv" && cp "$work/summary.tsv" "$some" && report "$some"
}
check 'undecided: a report' corrected
check 'undecided: the state' reports "$some" undecided 'q("some").state'
check 'undecided: the ratio and what would decide it' says <(shown "$some" 'q("some").answer_plain') '15 blocks, 3 minutes'
check 'undecided: a row has its interval all the same' reports "$some" '1.50× 1.20–1.80' 'row("some"; "fork"; "-").cells[1] | "\(.text) \(.interval)"'

# ---- variants, outsiders, options, what is left out, and what is derived --------------------------------------------
rm "$asked"/bench/questions/experiments/*
cat > "$asked/bench/questions/experiments/ways.conf" << 'END'
question   Which way?
type       time
programs   bench/micro/spawn
models     fork fork+threads vfork sleeper nowhere
variant    fork+threads fork --threads 4
outside    sleeper sleep --for
outside    nowhere zz_no_such_command
vary       descriptors 10 100 1000000
without    vfork@100 not of interest
counts     20 1020
counts@100 10 1010
counts:fork 30 1030
counts:fork@100 40 1040
counts:sleeper 20 220
counts:sleeper@100 10 210
runs       1
per        child
metric     wall_us_per_operation
baseline   own
headline   fork+threads
derive     threads fork+threads - fork
derive     each fork@100 - fork@10 / 90
derive     all fork + fork+threads + sleeper
END
ask often 'models epoll' 'connections 1' 'timeout_s 3'
ways=$results/ways
many_ways() {
    fixture asked ways 3 << 'END' && "$conclude" "$ways"
* * * server_cpu_us_per_connection 10
ways * * wall_us_per_operation 1000
ways fork 10 wall_us_per_operation 1000 1500 1200
ways fork 100 wall_us_per_operation 1900 2400 2100
ways fork+threads 10 wall_us_per_operation 3000 4500 2400
ways fork+threads 100 wall_us_per_operation 3900 5400 3300
END
}
check 'ways: planned, and concluded' many_ways
check 'ways: a variant is a program with options' says <(value "$ways/plan.tsv" arguments model=fork+threads x=10) '--threads 4 --descriptors 10'
check 'ways: an outsider is a command, and what varies is nothing to it' equals 'the commands' \
    "$(awk -F '\t' -v OFS='|' '$5 == "sleeper" { print $7, $8, $9 }' "$ways/plan.tsv" | sort -u | paste -sd ' ')" 'sleep|--for|small_count=10 large_count=210 runs=1 sleep|--for|small_count=20 large_count=220 runs=1'
check 'ways: an outsider that is not there is named' says "$ways/models.tsv" 'skipped: zz_no_such_command is not installed'
check 'ways: counts for a model, for an x, for both' equals 'the counts' \
    "$(awk -F '\t' '$3 == "ways" && $2 == 1 && $5 != "sleeper" { split($9, count, /[ =]/); print $5 "@" $6 "=" count[2] " " count[4] " " count[6] }' "$ways/plan.tsv" | sort | paste -sd ' ')" \
    'fork+threads@100=10 1010 1 fork+threads@10=20 1020 1 fork@100=40 1040 1 fork@10=30 1030 1 vfork@10=20 1020 1'
check 'ways: what the experiment leaves out, with its reason' equals 'the reason' "$(value "$ways/left_out.tsv" reason model=vfork x=100)" 'not of interest'
limit=$(ulimit -H -n)
if [ "$limit" = unlimited ] || [ "$limit" -ge 1000016 ]; then
    skips 'ways: what the program cannot do here' 'it can: there may be a million descriptors'
else
    check 'ways: what the program cannot do here, with its reason' says <(value "$ways/left_out.tsv" reason model=fork x=1000000) 'exceed the hard limit'
    check 'ways: the report gives the reason' notes_say "$ways" ways 'exceed the hard limit'
fi
each_with_its_own() {
    equals "fork+threads's baseline" "$(value "$ways/summary.tsv" baseline model=fork+threads x=10 metric=wall_us_per_operation)" fork &&
        equals "vfork's baseline" "$(value "$ways/summary.tsv" baseline model=vfork x=10 metric=wall_us_per_operation)" vfork
}
check 'ways: variants are compared with their own program' each_with_its_own
derived() { value "$ways/summary.tsv" median metric=derived "model=$1" "x=$2"; }
# The middle one of what the three blocks yield, which is not what their medians yield.
check 'ways: derived from the blocks: differences' equals 'threads at 10 and 100' "$(derived threads 10) $(derived threads 100)" '2000 2000'
check 'ways: derived from the blocks: between two x' equals 'each' "$(derived each -)" 10
check 'ways: derived from the blocks: sums' equals 'all at 10 and 100' "$(derived all 10) $(derived all 100)" '5000 6800'
check 'ways: the report has what is derived' reports "$ways" 'threads each all' '[q("ways").derived[].name | sub("@.*"; "")] | unique | sort_by(index("e")) | sort_by(. == "all") | sort_by(. != "threads") | join(" ")'
check 'timeout_s: goes to the driver' says <(value "$ways/plan.tsv" load experiment=often) 'timeout_s=3'

# ---- a counted load, quotients, and from which x on a model costs less ------------------------------------------------
rm "$asked"/bench/questions/experiments/*
cat > "$asked/bench/questions/experiments/crosses.conf" << 'END'
question    When?
type        serve
models      epoll fork
vary        requests 1 30 1000
connections 3
bytes       64
total       1000
per         echo
metric      server_cpu_us_per_echo
baseline    epoll
headline    fork
derive      always crossover fork 1e6
derive      never crossover fork 1e-6
derive      between crossover fork LIMIT
derive      share fork - epoll / ( fork@1 - epoll@1 )
unit        share of the first
published   share 3 / 4
published   between 9 - 11
published_in a book
answer      never between
END
crosses=$results/crosses
crossing() { # fork takes 8, 4 and 1 times what epoll takes
    fixture asked crosses 3 << 'END'
* epoll * server_cpu_us_per_echo 10 20 30
* fork 1 server_cpu_us_per_echo 80 160 240
* fork 30 server_cpu_us_per_echo 40 80 120
* fork 1000 server_cpu_us_per_echo 10 20 30
END
}
check 'crossover: planned, and filled in' crossing
no_limit() { ! analyse "$crosses" 2> "$work/error" && says "$work/error" "cannot derive 'between crossover fork LIMIT'"; }
check 'crossover: a LIMIT that is no number is refused' no_limit
sed -i 's/LIMIT/2/' "$crosses/experiments/crosses.conf"
check 'total: a whole number of connections, as many as there may be' equals 'the loads' \
    "$(value "$crosses/plan.tsv" load model=fork block=1 | sed 's/.* requests=\([0-9]*\).* total=\([0-9]*\).*/\1:\2/' | sort -n | paste -sd ' ')" '1:1002 30:1080 1000:3000'
check 'crossover: the run is concluded' "$conclude" "$crosses"
crosses_at() { value "$crosses/summary.tsv" "$2" metric=derived "model=$1"; } # NAME COLUMN
check 'crossover: from the smallest x on' equals 'always' "$(crosses_at always median)" 1
check 'crossover: from the smallest x on, it says' says <(crosses_at always note) 'from the smallest on'
check 'crossover: nowhere' equals 'never' "$(crosses_at never median) $(crosses_at never note)" '- not below 1e-06 up to 1000 (there 1)'
# As far between 30 and 1000 as 2 is between 4 and 1, both as logarithms: half.
check 'crossover: between two x, by the ratios there' equals 'between' "$(crosses_at between median)" "$(awk 'BEGIN { printf "%.6g", sqrt(30 * 1000) }')"
check 'a quotient of differences: from the blocks' equals 'share at 1, 30 and 1000' "$(crosses_at share median | paste -sd ' ')" '1 0.428571 0'
derived_is() { # RUN QUESTION NAME TEXT FILTER
    reports "$1" "$4" "[q(\"$2\").derived[] | select(.name == \"$3\" or (.name | startswith(\"$3@\")))][0] | $5"
}
check 'crossover: the report says where it is' derived_is "$crosses" crosses never 'null not below 1e-06 up to 1000 (there 1)' '"\(.measured) \(.note)"'
check 'derived: its unit, and what was published' derived_is "$crosses" crosses share 'share, at 1 request (of the first): 1.00×, 0.75×' '"\(.title): \(.measured.text), \(.published)"'
check 'derived: a difference of what was published' says <(shown "$crosses" 'q("crosses").derived[].published') '−2.00'

# ---- what changes with x, and how much a cost differs between the x: in windows of several lengths --------------------
rm "$asked"/bench/questions/experiments/*
ask lengths 'models epoll fork' 'vary window_s 0.05 0.5 2' 'connections 4' 'derive longer change fork 0.05 2'
printf 'derive %s\n' 'back change fork 2 0.05' 'among spread epoll' 'nobody spread thread' 'missing change thread 0.05 2' \
    >> "$asked/bench/questions/experiments/lengths.conf"
ask own 'models fork fork+a' 'variant fork+a fork --max-children 9' 'vary warmup_s 0.01 0.02' 'connections 4' 'baseline own' 'headline fork+a' \
    'derive later change fork+a 0.01 0.02'
lengths=$results/lengths
lengthens() { # fork takes 2 and 3 times what epoll takes, in every block; each of epoll's steps doubles its cost
    fixture asked lengths 6 << 'END'
lengths epoll 0.05 server_cpu_us_per_connection 10 11 12 13 14 20
lengths epoll 0.5 server_cpu_us_per_connection 20 22 24 26 28 40
lengths epoll 2 server_cpu_us_per_connection 40 44 48 52 56 80
lengths fork 0.05 server_cpu_us_per_connection 20 22 24 26 28 40
lengths fork 0.5 server_cpu_us_per_connection 20
lengths fork 2 server_cpu_us_per_connection 120 132 144 156 168 240
own fork * server_cpu_us_per_connection 10 20 30
own fork+a 0.01 server_cpu_us_per_connection 20 40 60
own fork+a 0.02 server_cpu_us_per_connection 25 50 75
END
}
check 'over x: planned, and filled in' lengthens
check 'window_s: varies' equals 'the windows' \
    "$(value "$lengths/plan.tsv" load experiment=lengths model=fork block=1 | sed 's/.*window_s=\([^ ]*\).*/\1/' | sort -n | paste -sd ' ')" '0.05 0.5 2'
check 'warmup_s: varies' equals 'the warm-ups' \
    "$(value "$lengths/plan.tsv" load experiment=own model=fork block=1 | sed 's/.*warmup_s=\([^ ]*\).*/\1/' | sort -n | paste -sd ' ')" '0.01 0.02'
cp "$lengths/experiments/lengths.conf" "$work/lengths.conf"
no_such_form() { # FORMULA
    sed "s/change fork 2 0.05/$1/" "$work/lengths.conf" > "$lengths/experiments/lengths.conf"
    ! analyse "$lengths" 2> "$work/error" && says "$work/error" "cannot derive 'back $1'"
}
check 'change: an x that is not measured is refused' no_such_form 'change fork 2 0.06'
check 'change: without its second x' no_such_form 'change fork 2'
check 'change: with a word too many' no_such_form 'change fork 2 0.05 0.5'
check 'spread: with a word too many' no_such_form 'spread fork 2'
cp "$work/lengths.conf" "$lengths/experiments/lengths.conf"
check 'over x: the run is concluded' "$conclude" "$lengths"
over_x() { value "$lengths/summary.tsv" "$2" metric=derived "model=$1"; } # NAME COLUMN
check 'change: the ratio of two ratios, with its interval' equals 'longer' "$(over_x longer median) $(over_x longer low) $(over_x longer high) $(over_x longer n)" '1.5 1.5 1.5 6'
check 'change: the other way round' equals 'back' "$(over_x back median)" 0.666667
check "change: of a variant, to its own program's" equals 'later' "$(over_x later median) $(over_x later baseline)" '1.25 fork'
check 'change: of a model that is not there' equals 'missing' "$(over_x missing median) $(over_x missing note)" '- no block has all of its parts'
check 'change, spread: one row for all x' equals 'their x' "$(over_x longer x)$(over_x among x)" --
# Steps of log 2 between three x: their standard deviation is log 2, which is 100 %.
check 'spread: in percent' equals 'among' "$(over_x among median) $(over_x among n)" '100 6'
check 'spread: of a model that is not there' equals 'nobody' "$(over_x nobody median) $(over_x nobody note)" '- no two blocks have values at the same two x'
check 'change: the report' derived_is "$lengths" lengths longer 'ratio 1.5 1.5 6' '.measured | "\(.unit) \(.value) \(.lower_value) \(.blocks)"'
check 'spread: the report' derived_is "$lengths" lengths among '% 100' '.measured | "\(.unit) \(.value)"'
check 'window_s: the load in the report' says <(shown "$lengths" 'q("lengths").conditions') 'window of 0.05, 0.5 or 2 s after 0.01 s of warm-up'
check 'warmup_s: the load in the report' says <(shown "$lengths" 'q("own").conditions') 'window of 0.03 s after 0.01 or 0.02 s of warm-up'
claims_over_x() {
    mkdir -p "$work/claimed/claims" && cp -r "$repo/bench/questions/situations" "$work/claimed" &&
        printf '%s\n' 'claim It is so.' 'source A book' 'refuted_by nothing' 'holds_if lengths:longer:derived > 1.2' 'holds_if lengths:among:derived > 50' \
            > "$work/claimed/claims/over_x.conf" && "$build/bench/analyse/analyse" "$work/claimed" "$lengths" &&
        equals 'what is judged' "$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } { print $at["what"], $at["unit"], $at["condition_verdict"] }' \
            "$lengths/verdicts.tsv" | paste -sd '|')" 'ratio - holds|server_cpu_us_per_connection % holds'
}
check 'change, spread: claims on them' claims_over_x

# ---- answers that have converged, and others --------------------------------------------------------------------------
rm "$asked"/bench/questions/experiments/*
sleepers() { # NAME HEADLINE
    printf '%s\n' 'question Which?' 'type time' 'programs bench/micro/spawn' "models sleeper $2" 'outside sleeper sleep' "outside $2 sleep" \
        'counts 5 55' 'per nap' 'metric wall_us_per_operation' 'baseline sleeper' "headline $2" > "$asked/bench/questions/experiments/$1.conf"
}
sleepers steady again
sleepers unsteady restless
both=$results/both
one_of_two() {
    fixture asked both 12 << 'END' && "$conclude" "$both"
* sleeper * wall_us_per_operation 1000
steady again * wall_us_per_operation 1010 1020 1030
unsteady restless * wall_us_per_operation 1000 4000 2000 3000
END
}
check 'converged: planned, and concluded' one_of_two
check 'converged: the report says what is not, and only that' reports "$both" 'false true' '[q("unsteady", "steady").converged.ok] | join(" ")'
check 'converged: how wide it is' says <(shown "$both" 'q("unsteady").converged.text') ' ±44 %'
p_values() { # with its interval, of a family of one
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } {
        has = $at["model"] != $at["baseline"] && $at["ratio_low"] != "-" && $at["metric"] != "derived"; p = $at["p_holm"]
        if (has) { n++; is = p < 0.05; should = $at["ratio_low"] > 1 || $at["ratio_high"] < 1 }
        if (has ? p == "-" || is != should : p != "-") { print $at["model"] ": " $at["ratio_low"] " to " $at["ratio_high"] ", p " p; bad = 1 }
    } END { if (n != 2) print n " p-values"; exit bad || n != 2 }' "$both/summary.tsv"
}
check 'summary: a p-value where the interval excludes 1 is below 0.05, and no other' p_values

# ---- a client whose I/O varies, where io_uring is refused -------------------------------------------------------------
rm "$asked"/bench/questions/experiments/* "$asked/build/clients"
mkdir "$asked/build/clients"
cat > "$asked/build/clients/drive" << 'END'
#!/bin/sh
case $* in *io_uring*) echo 'drive: io_uring: Operation not permitted' >&2; exit 77 ;; esac
echo epoll
END
chmod +x "$asked/build/clients/drive"
ask client 'models epoll fork' 'connections 4' 'vary io epoll io_uring'
ask fixed 'models epoll' 'connections 4' 'io io_uring'
ask other 'models epoll' 'connections 4'
client=$results/client
client_varies() { fixture asked client 6 <<< '* * * server_cpu_us_per_connection 10' && "$conclude" "$client"; }
check 'io: planned, and concluded' client_varies
check 'io: is part of the load' says <(value "$client/plan.tsv" load experiment=client x=epoll) ' io=epoll'
check 'io: without it the driver chooses' equals 'loads with io' "$(value "$client/plan.tsv" load experiment=other | grep -c io=)" 0
check 'io: what the machine refuses is left out, with the reason' equals 'what is left out' \
    "$(awk -F '\t' 'NR > 1 { print $1, $2, $3, $4 }' "$client/left_out.tsv" | sort | paste -sd '|')" \
    "$(printf '%s the client cannot use io_uring: Operation not permitted|' 'client epoll io_uring' 'client fork io_uring' 'fixed epoll -' | sed 's/|$//')"
check 'io: the report says so' notes_say "$client" client io_uring 'Operation not permitted'
check 'io: the load in the report' says <(shown "$client" 'q("client").conditions') 'with the client driver on epoll,'

# ---- bad questions ----------------------------------------------------------------------------------------------------
bad_question() { # TEXT NAME KEY_AND_VALUE...
    rm -f "$asked"/bench/questions/experiments/*
    ask "${@:2}"
    refuses "bad question: $1" "$status" "$1" env RESULTS="$results" RUN=bad BUDGET=0 "$asked/bench/run.sh"
    rm -rf "$results/bad"
}
status=2 bad_question "no program of experiment bad is called 'nosuch'" bad 'models epoll nosuch' 'connections 4'
status=1 bad_question "unrecognized option '--lynking'" bad 'models epoll' 'connections 4' 'vary lynking 1 2'
status=1 MODELS=thread bad_question 'none of the chosen experiments measures a chosen model' bad 'models epoll' 'connections 4'
[ -e "$build/linked_static/none" ] ||
    status=1 bad_question "bad.conf:14: 'linking' must be dynamic or static, not 'elastic'" bad 'models epoll' 'connections 4' 'vary linking elastic static'
status=1 bad_question "bad.conf:14: unknown key 'headine_at'; the nearest is 'headline_at'" bad 'models epoll' 'connections 4' 'headine_at 4'
status=1 bad_question "'core' must be yes, not 'no'" bad 'models epoll' 'connections 4' 'core no'
status=1 bad_question "'variant' must be a name and text, not 'alone'" bad 'models epoll' 'connections 4' 'variant alone'
status=1 bad_question "'end' must be kill or crash, not 'sleep'" bad 'models epoll' 'connections 4' 'vary end sleep'
status=1 bad_question "'behaviour' must be silent, idle, stalled, trickling or heavy, not 'rude'" bad 'models epoll' 'connections 4' 'background 1' 'vary behaviour rude'
status=1 bad_question "'io' must be epoll, io_uring or threads, not 'select'" bad 'models epoll' 'connections 4' 'vary io epoll select'
status=1 bad_question "'option' must be text with a % for the value, not '--work spin'" bad 'models epoll' 'connections 4' 'vary us 1 2' 'option --work spin'
status=1 bad_question "'placement' must be same_core or two_cores, not 'elsewhere'" bad 'models epoll' 'connections 4' 'vary placement elsewhere'
verdict
