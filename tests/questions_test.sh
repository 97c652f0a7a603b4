#!/bin/bash
# questions_test.sh: experiments of one's own: who takes part in them, how, and what is derived from what they yield.
#
# Needs a built build/. Plots and report come from the repository, the questions do not.
# Runs alone: it measures.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

# ---- questions of one's own: some models only, and linking -----------------------------------------------------------
# A root whose experiments are its own; plots and report come from here, so that they are those of the repository.
tree asked
asked=$work/asked
own_questions "$asked"
ln -s "$work/unsupported" "$asked/build/servers/zz_unsupported"

ask() { # NAME KEY_AND_VALUE...: an experiment
    printf '%s\n' "question Which?" "type serve" "requests 1" "bytes 64" "pool 4" "window_s 0.03" "warmup_s 0.01" "per connection" \
        "metric server_cpu_us_per_connection" "baseline epoll" "headline fork" "${@:2}" > "$asked/bench/questions/experiments/$1.conf"
}

ask some 'models epoll fork zz_unsupported' 'connections 4'
ask waits 'models epoll iterative prefork_reuseport' 'vary connections 1 2' 'requests 0' 'metric server_cpu_us_per_echo'
sed -i '/^requests 1\|^metric .*connection$/d' "$asked/bench/questions/experiments/waits.conf" # the first of two lines counts
bench asked RUN=some BUDGET=0 EXPERIMENTS='some waits'
check 'some models: the run ends well' equals 'its status' $? 0
some=$results/some
check 'some models: no others' equals 'the models' "$(value "$some/models.tsv" name experiment=some | paste -sd ' ')" 'epoll fork zz_unsupported'
check 'some models: all of them' equals 'the cells' "$(block "$some" 1 | awk '$1 == "some" { print $2 }' | sort | paste -sd ' ')" 'epoll fork'
check 'some models: one that cannot run here is named' says <(unescaped "$some/report.md") 'Not run: zz_unsupported: the kernel has no zz_call'
check 'left out: one at a time' says "$some/report.md" 'Left out at 2 connections: iterative; a server that serves one connection at a time'
check 'left out: by a hash' says <(unescaped "$some/report.md") 'Left out at 2 connections: prefork_reuseport; the kernel may give two connections to one worker'
check 'the models: with the size of their pools' says <(unescaped "$some/report.md") "| prefork_reuseport | process | $(value "$some/models.tsv" workers name=prefork_reuseport) | waits |"

# What an interval excludes and Holm's correction does not.
awk -F '\t' -v OFS='\t' 'NR > 1 && $3 != $13 && $10 != "-" { $10 = 1.5; $11 = 1.2; $12 = 1.8; $16 = 0.3 } { print }' "$some/summary.tsv" > "$work/summary.tsv"
cp -r "$some" "$results/corrected" && cp "$work/summary.tsv" "$results/corrected" && "$repo/bench/report/report.sh" "$results/corrected"
check 'not shown among so many: the sentence' says <(unescaped "$results/corrected/report.md") '(a difference alone, but not shown among 1 comparisons)'
check 'not shown among so many: the list of the others' says <(unescaped "$results/corrected/report.md") 'prefork_reuseport 1.50 (1.20 to 1.80) not shown among 2 comparisons'
rm -r "$results/corrected"

rm "$asked"/bench/questions/experiments/*
ask linked 'models epoll fork' 'connections 4' 'vary linking dynamic static'
bench asked RUN=linked BUDGET=0
status=$?
linked=$results/linked
if [ -e "$repo/build/linked_static/none" ]; then # under a sanitizer, or where everything is linked statically
    check 'linking: nothing to compare: the run fails' equals 'its status' $status 1
    check 'linking: nothing to compare: says why' says "$work/asked.log" "fork is skipped: $(cat "$repo/build/linked_static/none")"
else
    check 'linking: the run ends well' equals 'its status' $status 0
    check 'linking: every trial is ok' all_ok "$linked/trials.tsv"
    two_folders() {
        diff <(awk -F '\t' 'NR > 1 { print $6, $7 }' "$linked/plan.tsv" | sort -u) - << 'END'
dynamic build/servers/epoll
dynamic build/servers/fork
static build/linked_static/servers/epoll
static build/linked_static/servers/fork
END
    }
    check 'linking: dynamic and static programs' two_folders
    is_static() { ! readelf -l "$repo/build/linked_static/servers/$1" | grep INTERP && readelf -l "$repo/build/servers/$1" | grep -q INTERP; }
    check 'linking: a static copy is static, the program beside it is not' is_static fork
    check 'linking: ratios are to the baseline of the same linking' recomputed "$linked" 4
    check 'linking: a sentence on dynamic programs' says "$linked/report.md" '- With dynamic linking a connection costs the fork server '
    check 'linking: a sentence on static programs' says "$linked/report.md" '- With static linking a connection costs the fork server '
    check 'linking: fork_exec executes a static program' test -x "$repo/build/linked_static/servers/inetd/echo"
fi

# ---- variants, outsiders, options, what is left out, and what is derived --------------------------------------------
rm "$asked"/bench/questions/experiments/*
cat > "$work/sleeper" << 'END'
#!/bin/sh
# Takes a millisecond for each of the COUNT that stands last.
for last; do :; done
sleep "$(printf %d.%03d $((last / 1000)) $((last % 1000)))"
END
chmod +x "$work/sleeper"
cat > "$asked/bench/questions/experiments/ways.conf" << END
question   Which way?
type       time
programs   bench/micro/spawn
models     fork fork+threads vfork sleeper nowhere
variant    fork+threads fork --threads 4
outside    sleeper $work/sleeper --for
outside    nowhere zz_no_such_command
vary       descriptors 10 100 1000000
without    vfork@100 nobody wants to know
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
ask rare 'models epoll' 'connections 1' 'headline_every 3' 'metric server_cpu_us_per_connection'
ask turns 'models epoll fork thread prefork' 'connections 1' 'every 2'
ask often 'models epoll' 'connections 1' 'timeout_s 3'
bench asked RUN=ways BUDGET=0
check 'ways: the run ends well' equals 'its status' $? 0
ways=$results/ways
check 'ways: every trial is ok' all_ok "$ways/trials.tsv"
check 'ways: a variant is a program with options' says <(value "$ways/plan.tsv" arguments model=fork+threads x=10) '--threads 4 --descriptors 10'
check 'ways: an outsider is a command, and what varies is nothing to it' equals 'the commands' \
    "$(awk -F '\t' -v OFS='|' '$5 == "sleeper" { print $7, $8, $9 }' "$ways/plan.tsv" | sort -u | paste -sd ' ')" "$work/sleeper|--for|10 210 1 $work/sleeper|--for|20 220 1"
check 'ways: an outsider that is not there is named' says "$ways/models.tsv" 'skipped: zz_no_such_command is not installed'
a_millisecond() { # or so: the machine may be busy
    value "$ways/trials.tsv" wall_us_per_operation model=sleeper | awk '{ print; if ($1 < 500 || $1 > 5000) bad = 1 } END { exit bad }'
}
check 'ways: an outsider is timed by its own slope' a_millisecond
check 'ways: counts for a model, for an x, for both' equals 'the counts' \
    "$(awk -F '\t' '$3 == "ways" && $2 == 1 && $5 != "sleeper" { print $5 "@" $6 "=" $9 }' "$ways/plan.tsv" | sort | paste -sd ' ')" \
    'fork+threads@100=10 1010 1 fork+threads@10=20 1020 1 fork@100=40 1040 1 fork@10=30 1030 1 vfork@10=20 1020 1'
check 'ways: what the experiment leaves out, with its reason' equals 'the reason' "$(value "$ways/left_out.tsv" reason model=vfork x=100)" 'nobody wants to know'
limit=$(ulimit -H -n)
if [ "$limit" = unlimited ] || [ "$limit" -ge 1000016 ]; then
    skips 'ways: what the program cannot do here' 'it can: there may be a million descriptors'
else
    check 'ways: what the program cannot do here, with its reason' says <(value "$ways/left_out.tsv" reason model=fork x=1000000) 'are more than the hard limit'
    check 'ways: the report gives the reason' says <(unescaped "$ways/report.md") 'are more than the hard limit'
fi
each_with_its_own() {
    equals "fork+threads's baseline" "$(value "$ways/summary.tsv" baseline model=fork+threads x=10 metric=wall_us_per_operation)" fork &&
        equals "vfork's baseline" "$(value "$ways/summary.tsv" baseline model=vfork x=10 metric=wall_us_per_operation)" vfork
}
check 'ways: variants are compared with their own program' each_with_its_own

derived_again() { # from the raw rows; a median of three is the middle one
    awk -F '\t' '
        function middle(a, b, c) { return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b) }
        function near(what, is, should) {
            n++
            if (is - should > 1e-4 * (should < 0 ? -should : should) || should - is > 1e-4 * (should < 0 ? -should : should)) { print what " is " is " instead of " should; bad = 1 }
        }
        FNR == 1 { file++; for (i = 1; i <= NF; i++) if ($i == "wall_us_per_operation") c = i; next }
        file == 1 && $3 == "ways" { v[$4, $5, $2] = $c }
        file == 2 && $2 == "derived" {
            for (b = 1; b <= 3; b++) {
                if ($3 == "threads") { d[b] = v["fork+threads", $5, b] - v["fork", $5, b] }
                if ($3 == "each") d[b] = (v["fork", 100, b] - v["fork", 10, b]) / 90
                if ($3 == "all") d[b] = v["fork", $5, b] + v["fork+threads", $5, b] + v["sleeper", $5, b]
            }
            near($3 " at " $5, $7, middle(d[1], d[2], d[3]))
        }
        END { if (n != 5) { print n " rows instead of 5"; bad = 1 } exit bad }' "$ways/trials.tsv" <(grep -v 1000000 "$ways/summary.tsv")
}
if grep -q 'no slope' "$ways/trials.tsv"; then
    skips 'ways: derived from the blocks' 'the machine is too busy: a trial has no slope'
else
    check 'ways: derived from the blocks' derived_again
fi
check 'ways: the report shows what is derived, and how' says <(unescaped "$ways/report.md") '| threads | fork+threads - fork | 10 |'
check 'headline_every 3: in the first block and in every third' equals 'its blocks' "$(value "$ways/plan.tsv" block experiment=rare | paste -sd ' ')" '1 2'
headline_each_time() {
    local model
    for model in epoll fork; do
        equals "$model's blocks" "$(value "$ways/plan.tsv" block experiment=turns "model=$model" | paste -sd ' ')" '1 2 3' || return 1
    done
    equals 'the blocks of the others' "$(for model in thread prefork; do value "$ways/plan.tsv" block experiment=turns "model=$model" | paste -sd ' '; done | sort -u | wc -l)" 1
}
check 'every 2: the headline and its baseline in each block, all others in the same ones' headline_each_time
check 'timeout_s: goes to the driver' says <(value "$ways/plan.tsv" load experiment=often) '--timeout 3 '

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
bench asked RUN=crosses BUDGET=0
check 'crossover: a LIMIT that is no number is refused' says "$work/asked.log" "cannot derive 'between crossover fork LIMIT'"
crosses=$results/crosses
check 'total: a whole number of connections, as many as there may be' equals 'the loads' \
    "$(value "$crosses/plan.tsv" load model=fork block=1 | sed 's/.*-k \([0-9]*\).*-n \([0-9]*\).*/\1:\2/' | sort -n | paste -sd ' ')" '1:1002 30:1080 1000:3000'
check 'total: each connection is used in full' equals 'the connections' \
    "$(value "$crosses/trials.tsv" connections model=fork block=1 | sort -n | paste -sd ' ')" '3 36 1002'
# Between the first ratio and the last: they are far apart, whatever the machine is doing.
middle_limit() { awk -F '\t' '$2 == "server_cpu_us_per_echo" && $3 == "fork" { r[$5] = $10 } END { print sqrt(r[1] * r[1000]) }' "$1"; }
limit=$(sed 's/LIMIT/2/' -i "$crosses/experiments/crosses.conf" && "$repo/build/bench/analyse/analyse" "$repo/bench/questions" "$crosses" && middle_limit "$crosses/summary.tsv")
sed -i "s/fork 2\$/fork $limit/" "$crosses/experiments/crosses.conf"
check 'crossover: the trials are summed up' "$repo/build/bench/analyse/analyse" "$repo/bench/questions" "$crosses"
crossed_again() { # by the ratios at each x; one of three blocks is their geometric mean
    awk -F '\t' -v limit="$limit" '
        $2 == "server_cpu_us_per_echo" && $3 == "fork" { x[++n] = $5; r[n] = $10 }
        $2 == "derived" && $3 == "always" && ($7 != 1 || $14 !~ /from the smallest on/) { print "always is " $7 ": " $14; bad = 1 }
        $2 == "derived" && $3 == "never" && ($7 != "-" || $14 !~ /^not below 1e-06 up to 1000 \(there [0-9.]+\)$/) { print "never is " $7 ": " $14; bad = 1 }
        $2 == "derived" && $3 == "between" {
            for (i = n; i > 0 && r[i] < limit; i--);
            should = exp(log(x[i]) + log(x[i + 1] / x[i]) * log(r[i] / limit) / log(r[i] / r[i + 1]))
            if (i < 1 || i == n || $7 / should > 1.001 || should / $7 > 1.001) { print "between is " $7 " instead of " should; bad = 1 }
            seen = 1
        }
        END { exit bad || !seen }' "$crosses/summary.tsv"
}
# A server that is slow to start can cost nothing beyond that.
if [ -z "$(awk -F '\t' 'NR > 1 && $0 ~ /\tinvalid\t/' "$crosses/trials.tsv"; value "$crosses/trials.tsv" server_cpu_us_per_echo experiment=crosses | grep -- -)" ]; then
    check 'crossover: from the ratios at each x' crossed_again
else # it is of the blocks that have all x, each ratio of those that have its own
    skips 'crossover: from the ratios at each x' 'a trial went wrong here, or a server cost less than to start it'
fi
shared_again() { # of three blocks the median is one of them
    awk -F '\t' '
        FNR == 1 { file++; for (i = 1; i <= NF; i++) if ($i == "server_cpu_us_per_echo") c = i; next }
        file == 1 { v[$4, $5, $2] = $c }
        file == 2 && $3 == "share" && $5 == 1000 {
            for (b = 1; b <= 3; b++) {
                s = (v["fork", 1000, b] - v["epoll", 1000, b]) / (v["fork", 1, b] - v["epoll", 1, b])
                seen += $7 - s < 1e-4 && s - $7 < 1e-4
            }
            if (!seen) print "share is " $7 ", at last " s
        }
        END { exit !seen }' "$crosses/trials.tsv" "$crosses/summary.tsv"
}
check 'a quotient of differences: from the blocks' shared_again
"$repo/bench/report/report.sh" "$crosses"
check 'crossover: the report says from where on' says <(unescaped "$crosses/report.md") 'never: not below 1e-06 up to 1000 (there '
check 'derived: its unit and what was published' says <(unescaped "$crosses/report.md") 'of the first | 0.750 |'
check 'derived: a difference of what was published' says <(unescaped "$crosses/report.md") '| -2.00 |'
check 'derived: where that was' says <(unescaped "$crosses/report.md") 'Published: a book.'

# ---- cores -----------------------------------------------------------------------------------------------------------
rm "$asked"/bench/questions/experiments/*
cores=$(lscpu -p=CORE,SOCKET | grep -v '^#' | sort -u | wc -l)
if [ "$cores" -eq 1 ] || [ "$(nproc)" -lt "$(nproc --all)" ]; then
    skips 'cores' 'there is one core only, or not all may be used'
else
    ask cored 'models epoll prefork' 'connections 2' "vary cores 1 $cores 1024" 'also connections_per_s'
    bench asked RUN=cored BUDGET=0
    check 'cores: the run ends well' equals 'its status' $? 0
    cored=$results/cored
    check 'cores: every trial is ok' all_ok "$cored/trials.tsv"
    check 'cores: so many for the server' equals 'how many' \
        "$(value "$cored/cells.tsv" program "x=$cores" model=prefork | awk '{ print $1, $2, split($3, cpu, ","), $4 }')" "taskset -c $cores build/servers/prefork"
    check 'cores: as many as there are are shared with the client' equals 'the note' \
        "$(value "$cored/summary.tsv" note "x=$cores" metric=connections_per_s model=epoll | tr ';' '\n' | grep -x shared-processor)" shared-processor
    check 'cores: one is not' equals 'the processors shared' "$(value "$cored/trials.tsv" processors_shared x=1 | sort -u)" 0
    check 'cores: more than there are are left out' says <(unescaped "$cored/report.md") 'Left out at 1024 cores: epoll and prefork; there are not so many here'
fi
# ---- options in the experiment's words, pools of a variant's own, and sudden ends -------------------------------------
rm "$asked"/bench/questions/experiments/*
ask working 'models epoll prefork+3' 'variant prefork+3 prefork -w 3' 'connections 3' 'requests 0' 'vary us 10 2000' 'option --work spin:%' 'metric server_cpu_us_per_echo'
sed -i '/^requests 1\|^metric .*connection$/d' "$asked/bench/questions/experiments/working.conf"
cat > "$asked/bench/questions/experiments/ending.conf" << 'END'
question    Who goes down?
type        isolate
models      epoll fork fork_exec iterative
vary        end crash kill
options     --poison deadly
connections 3
requests    0
per         connection
metric      connections_lost
also        service_back_us
baseline    fork
headline    epoll
END
bench asked RUN=working BUDGET=0
working=$results/working
check 'working: the run ends well' equals 'its status' $? 0
check 'working: every trial is ok' all_ok "$working/trials.tsv"
check "working: the option is the experiment's" says <(value "$working/plan.tsv" arguments model=epoll x=10) '--work spin:10'
check "working: a variant's pool is its own" equals 'the arguments' "$(value "$working/plan.tsv" arguments model=prefork+3 x=10 block=1)" '-w 3 --work spin:10'
check 'working: the work is done' test "$(value "$working/summary.tsv" median model=epoll x=2000 metric=server_cpu_us_per_echo | cut -d . -f 1)" -ge 2000
figures_of() { value "$working/summary.tsv" median experiment=ending metric="$1" "${@:2}" | paste -sd ' '; }
check 'ending: who goes down' equals 'lost with epoll, fork, fork_exec' \
    "$(figures_of connections_lost model=epoll), $(figures_of connections_lost model=fork), $(figures_of connections_lost model=fork_exec)" '2 2, 0 0, 0 0'
check 'ending: who never is' equals 'epoll' "$(figures_of service_back_us model=epoll)" 'never never'
check 'ending: who is back' equals 'fork, whole milliseconds' "$(figures_of service_back_us model=fork | grep -cE '^[0-9.]+ [0-9.]+$')" 1
check 'ending: who serves one at a time is left out' says <(value "$working/left_out.tsv" reason model=iterative) 'serves one connection at a time'

# ---- blocks until the answer has converged --------------------------------------------------------------------------------
# Sleeping takes what it should, but for a fraction of a millisecond; the restless one takes up to four times as long.
rm "$asked"/bench/questions/experiments/*
cat > "$work/restless" << 'END'
#!/bin/bash
for last; do :; done
sleep "$(awk -v n="$last" -v r=$((RANDOM % 4 + 1)) 'BEGIN { print n * (n > 10 ? r : 1) / 1000 }')"
END
chmod +x "$work/restless"
sleepers() { # NAME HEADLINE
    printf '%s\n' 'question Which?' 'type time' 'programs bench/micro/spawn' "models sleeper $2" "outside sleeper $work/sleeper" "outside again $work/sleeper" \
        "outside restless $work/restless" 'counts 5 55' 'runs 1' 'per nap' 'metric wall_us_per_operation' 'baseline sleeper' "headline $2" > "$asked/bench/questions/experiments/$1.conf"
}
sleepers steady again
bench asked RUN=steady BUDGET=1
check 'sharp: the run ends well' equals 'its status' $? 0
last=$(column "$results/steady/trials.tsv" block | sort -n | tail -n 1)
check 'sharp: not before the twelfth block' test "$last" -ge 12
sleepers unsteady restless
bench asked RUN=both BUDGET=0.2
both=$results/both
blocks_of() { value "$both/trials.tsv" block "experiment=$1" | sort -n | tail -n 1; }
last=$(blocks_of steady)
check 'sharp: the report says what is not' says <(unescaped "$both/report.md") '(#unsteady): restless ±'
p_values() { # with its interval, of a family of one
    awk -F '\t' 'NR > 1 {
        has = $3 != $13 && $11 != "-" && $2 != "derived"
        if (has) { n++; is = $16 < 0.05; should = $11 > 1 || $12 < 1 }
        if (has ? $16 == "-" || is != should : $16 != "-") { print $3 ": " $11 " to " $12 ", p " $16; bad = 1 }
    } END { if (n != 1) print n " p-values"; exit bad || n != 1 }' "$results/steady/summary.tsv"
}
check 'summary: a p-value where the interval excludes 1 is below 0.05, and no other' p_values
not_said() { ! unescaped "$both/report.md" | grep '(#steady): again'; }
# tests/questions.c has when a question ends on trials that are made up; here others may use the processors.
has_converged=$([ "$last" -lt "$(blocks_of unsteady)" ] && echo yes)
if [ -n "$has_converged" ]; then
    check 'sharp: the report does not say it of the other' not_said
else
    skips 'sharp: who has an answer takes part in no further block' 'too much else is going on for a narrow interval'
fi
before=$(rows "$both/trials.tsv")
bench asked RUN=both BUDGET=0.25
[ -z "$has_converged" ] || check 'sharp: with more time only who has no answer goes on' equals 'the last block' "$(blocks_of steady)" "$last"
check 'sharp: with more time there is more' test "$(rows "$both/trials.tsv")" -gt "$before"

bad_question() { # TEXT NAME KEY_AND_VALUE...
    rm -f "$asked"/bench/questions/experiments/*
    ask "${@:2}"
    refuses "bad question: $1" "$status" "$1" env RESULTS="$results" RUN=bad BUDGET=0 "$asked/bench/run.sh"
    rm -rf "$results/bad"
}
status=2 bad_question "no program of experiment bad is called 'nosuch'" bad 'models epoll nosuch' 'connections 4'
status=1 bad_question "unrecognized option '--lynking'" bad 'models epoll' 'connections 4' 'vary lynking 1 2'
status=1 MODELS=thread bad_question 'no experiment asked for measures a model asked for' bad 'models epoll' 'connections 4'
[ -e "$repo/build/linked_static/none" ] ||
    status=1 bad_question "not 'elastic'" bad 'models epoll' 'connections 4' 'vary linking elastic static'

status=1 bad_question "'every' is a multiple of 'headline_every', not 3 of 2" bad 'models epoll' 'connections 4' 'headline_every 2' 'every 3'
status=1 bad_question "'core' is yes or not there, not 'no'" bad 'models epoll' 'connections 4' 'core no'
status=1 bad_question "a variant is a name, a program, and options, not 'alone'" bad 'models epoll' 'connections 4' 'variant alone'
status=1 bad_question "end is crash or kill, not 'sleep'" bad 'models epoll' 'connections 4' 'vary end sleep'
status=1 bad_question "behaviour is silent, idle, stalled, trickling or heavy, not 'rude'" bad 'models epoll' 'connections 4' 'background 1' 'vary behaviour rude'
status=1 bad_question "'--work spin' has no % for the value" bad 'models epoll' 'connections 4' 'vary us 1 2' 'option --work spin'
status=1 bad_question "placement is same_core or two_cores, not 'elsewhere'" bad 'models epoll' 'connections 4' 'vary placement elsewhere'
verdict
