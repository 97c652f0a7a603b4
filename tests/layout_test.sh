#!/bin/bash -p
# layout_test.sh: the servers that are linked in several layouts: what differs between them, what does not, and which one a cell gets.
#
# Needs a built build/. Nothing is measured.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

tree tiny
none=$build/layouts/none # is there under a sanitizer, or where everything is linked statically
seeds=(1 2 3 4 5 6 7 8)
servers=(epoll fork prefork thread)
# The functions of each program: SERVER SEED NAME ADDRESS; the seed 0 is the build's own. Read once: many processes are slow.
symbols() {
    (cd "$build" && nm -t d -A --defined-only servers/{epoll,fork,prefork,thread} layouts/[1-8]/servers/{epoll,fork,prefork,thread}) |
        awk '$2 ~ /^[tTwW]$/ { n = split($1, part, "[/:]"); print part[n - 1], (n > 3 ? part[2] : 0), $3, part[n] + 0 }' | sort
}
program() { if [ "$2" -eq 0 ]; then echo "$build/servers/$1"; else echo "$build/layouts/$2/servers/$1"; fi; } # SERVER SEED: 0 is the build's own
plan() { (mkdir "$work/$1" && cd "$work/tiny" && build/bench/measure/plan "${@:2}" "$work/$1"); } # RUN OPTION...

if [ -e "$none" ]; then
    check 'no layouts: the reason is given' says "$none" 'has one layout only'
    refuses 'no layouts: the question cannot be measured' 1 "is skipped: $(cat "$none")" plan none --experiments layout
    verdict
    exit
fi

# ---- the programs ---------------------------------------------------------------------------------------------------
symbols > "$work/symbols"
same_functions() { # each as often in every layout, and in the build's own program
    awk '
        { n[$1 " " $3, $2]++; all[$1 " " $3]; seeds[$1 " " $2] }
        END {
            for (f in all) for (k = 1; k <= 8; k++) if (n[f, k] != n[f, 0]) { print f ", layout " k; bad = 1 }
            for (s in seeds) programs++
            if (programs != 36) { print programs " programs"; bad = 1 }
            exit bad
        }' "$work/symbols"
}
check 'a layout has the same functions' same_functions

moves() { # SERVER: of each function, between any two layouts: by how many bytes it is moved. Names that several objects use do not count.
    awk -v server="$1" '
        $1 == server { n[$2, $3]++; at[$2, $3] = $4; names[$3] }
        END {
            for (f in names) for (i = 0; i < 9; i++) for (j = i + 1; j < 9; j++)
                if (n[i, f] == 1 && n[j, f] == 1) print i "-" j, at[j, f] - at[i, f]
        }' "$work/symbols"
}

# Most functions lie elsewhere in a page, and not all are moved by the same distance. They are aligned to 16 bytes, so a quarter
# has the same place in a cache line by chance.
elsewhere() { # SERVER
    moves "$1" | awk -v server="$1" '
        { n[$1]++; page[$1] += $2 % 4096 != 0; line += $2 % 64 != 0; if (!moved[$1, $2]++) distances[$1]++ }
        END {
            for (p in n)
                if (n[p] < 40 || page[p] < 0.5 * n[p] || distances[p] < 10) {
                    print server ", layouts " p ": of " n[p] " functions " page[p] " are elsewhere in a page, moved by " distances[p] " distances"
                    bad = 1
                }
            if (line < 0.5 * NR) { print server ": of " NR " functions " line " are elsewhere in a cache line"; bad = 1 }
            exit bad
        }'
}
all_elsewhere() { for server in "${servers[@]}"; do elsewhere "$server" || return 1; done; }
check 'the functions lie elsewhere in each layout' all_elsewhere

padded() { # the functions alone differ by less: by what aligns them
    for server in "${servers[@]}"; do
        for seed in "${seeds[@]}"; do size -A "$(program "$server" "$seed")" | awk '$1 == ".text" { print $2 }'; done | sort -n |
            awk -v server="$server" 'NR == 1 { least = $1 } END { if ($1 - least < 1024) { print server ": padded by at most " $1 - least " bytes"; exit 1 } }' || return 1
    done
}
check 'there is padding before them' padded

uring=
if grep -q HAS_LIBURING "$build/flags"; then uring=-luring; fi
linked() { # PROGRAM SEED
    LINKER="${CC:-gcc} -pthread -Wl,--as-needed -Wl,-z,now" LIBRARIES="$uring -lrt -lm" "$repo/servers/layout.sh" "$2" "$1" \
        "$build"/objects/servers/{fork.o,core/main.o} "$build"/objects/servers/state/*.o "$build/objects/servers/core.a"
}
reproducible() {
    linked "$work/one" 3 && linked "$work/two" 3 && linked "$work/other" 4 && cmp "$work/one" "$work/two" && ! cmp -s "$work/one" "$work/other"
}
check 'a seed gives one program' reproducible

echoes() { # PROGRAM
    local port
    rm -f "$work/listening"
    "$1" -p 0 > "$work/listening" 2>&1 &
    within 5 grep -q 'listening on' "$work/listening" || { cat "$work/listening" && return 1; }
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/listening")
    equals "what $1 echoes" "$("$build/clients/echo" "localhost:$port" <<< 'a line')" 'a line' && kill -TERM $! && wait $!
}
all_echo() {
    for seed in "${seeds[@]}"; do
        for server in "${servers[@]}"; do echoes "$build/layouts/$seed/servers/$server" || return 1; done
    done
}
check 'a server in another layout serves, and stops' all_echo

# ---- the plan -----------------------------------------------------------------------------------------------------
each_its_own() {
    plan planned --experiments 'layout churn' --models 'epoll fork select' && diff <(awk -F '\t' '$1 == "layout" { print $3, $4, $5 }' "$work/planned/cells.tsv" | sort) \
        <(for server in epoll fork; do for seed in "${seeds[@]}"; do echo "$server $seed $BUILD/layouts/$seed/servers/$server"; done; done)
}
check 'layout: a cell gets the program of its layout' each_its_own

# Twelve blocks of other questions, filled in.
drawn=$results/drawn
draw() { fixture tiny drawn 12 --experiments 'churn anatomy' --models 'epoll fork thread select' <<< '* * * server_cpu_us_per_connection 10'; }
check 'drawn: planned, and filled in' draw
check 'drawn: cells name all layouts' equals 'the program' "$(value "$drawn/cells.tsv" program experiment=churn model=fork)" "$BUILD/layouts/{1-8}/servers/fork"
layouts_of() { value "$drawn/plan.tsv" program experiment=churn "model=$1" | sed -nE "s,^$BUILD/layouts/([1-8])/servers/$1\$,\1,p" | paste -sd ' '; }
several() { # each block has one of them, and they are not all the same
    local each
    for server in epoll fork thread; do
        read -ra each <<< "$(layouts_of "$server")"
        equals "how many $server has" ${#each[@]} 12 || return 1
        [ "$(printf '%s\n' "${each[@]}" | sort -u | wc -l)" -ge 4 ] || { echo "$server: ${each[*]}" && return 1; }
    done
}
check 'drawn: each block has one of them' several
check 'drawn: two servers do not have the same' test "$(layouts_of epoll)" != "$(layouts_of fork)"
check 'drawn: a server without layouts is that of the build' equals 'the program' "$(value "$drawn/plan.tsv" program model=select | sort -u)" "$BUILD/servers/select"
check 'drawn: not where the linking varies' equals 'the programs' \
    "$(value "$drawn/plan.tsv" program experiment=anatomy model=fork | sort -u | paste -sd ' ')" "$BUILD/linked_static/servers/fork $BUILD/servers/fork"

check 'drawn: is concluded' "$repo/bench/conclude.sh" "$drawn"
check 'drawn: the method says so' says "$drawn/report.md" 'each block draws one'
not_of_another() { # a run that drew none
    sed -i 's,layouts/{1-8}/,,' "$drawn/cells.tsv" && "$repo/bench/conclude.sh" "$drawn" && ! grep 'each block draws one' "$drawn/report.md"
}
check 'drawn: the method of a run that drew none does not' not_of_another

own_questions "$work/tiny"
printf '%s\n' 'question Which?' 'type serve' 'models epoll select' 'vary layout 8 9' 'connections 4' 'requests 1' 'bytes 64' 'pool 4' 'window_s 0.03' 'warmup_s 0.01' \
    'per connection' 'metric server_cpu_us_per_connection' 'baseline epoll' 'headline epoll' > "$work/tiny/bench/questions/experiments/nine.conf"
refuses 'layout: a model without that layout does not take part' 1 'select is skipped: it has no copy of layout 8' plan nine
check 'layout: nor does one that lacks one of them' equals 'its status' "$(value "$work/nine/models.tsv" status name=epoll)" 'skipped: it has no copy of layout 9'
verdict
