# shellcheck shell=bash disable=SC2154
# first_page.sh: the first page: what was run where, whether to trust it, the claims, which
# model for what, and an answer to each question. Sourced by report.sh.

where() {
    local blocks
    blocks=$(awk -F '\t' 'NR > 1 && $6 > 0 { if (min == "" || $6 < min) min = $6 + 0; if ($6 > max) max = $6 + 0 }
        END { print min == "" ? "no" : min == max ? min : min " to " max }' "$run/summary.tsv")
    # shellcheck disable=SC2016  # jq's own $
    jq -r --arg blocks "$blocks" --arg questions "${#confs[@]}" '
        def known: if . == null or . == "" then "not recorded" else tostring end;
        ([.cpu_model, (.cpus_online // empty | "\(.) CPUs"), (.virtualization // empty | select(. != "none") | "under \(.)"),
            (.memory_bytes // empty | "\(. / 1073741824 * 10 | round / 10) GiB"), (.kernel_release // empty | "Linux \(.)"), .distribution, .compiler]
            | map(strings | select(. != "")) | join(", ") | if . == "" then "A machine not recorded" else . end)
            + ". Server on CPU \(.server_cpus | known), client on \(.client_cpus | known); idle halts held off: \(.halts_held_off | known).",
        "Run of \(.date | known | .[:16] | sub("T"; " ")), commit \(.commit | known | .[:12])\(if .dirty then " with uncommitted changes" else "" end): \($questions) questions, "
            + "\(.budget_minutes | if . == null then "time not recorded" else "\(.) minute\(if . == 1 then "" else "s" end) of trials" end), seed \(.seed | known), \($blocks) blocks per number."
        ' "$run/environment.json" | plain | sed '1s/$/\\/'
    environment 'if (.budget_minutes | type) == "number" and .budget_minutes < 10
        then "\n> First look: with a budget of \(.budget_minutes) minute\(if .budget_minutes == 1 then "" else "s" end) (the default is 10) intervals are wide." else empty end'
}

# What kernel operations cost there, and on the machines known. Older runs do not record it.
kind_of_machine() {
    local line
    line=$(environment '.costs // {} | to_entries[] | "\(.key | sub("_us$"; "")) \(.value) us"' |
        awk -v page=1 -f "$here/../doctor/costs.awk" "$here/../doctor/machines.tsv" - | plain)
    [ -z "$line" ] || printf '\n%s\n' "$line"
}

# The first sentence of the section on self-tests.
trust() { printf '%s [More](#selftest)\n' "$(grep -v '^$' <<< "$selftest" | sed -n 3p)"; }

# Questions that are not part of this run. Older runs have no such list.
not_measured() {
    [ -f "$run/not_measured.tsv" ] || return 0
    awk -f "$parts/text.awk" -f "$parts/not_measured.awk" "$run/not_measured.tsv"
    [ ! -f "$run/dropped.tsv" ] || awk -f "$parts/text.awk" -f "$parts/dropped.awk" "$run/dropped.tsv"
}

first_page() {
    local conf wide_ones
    printf '# forklore: run %s\n\n' "$(plain <<< "$id")"
    where
    kind_of_machine
    echo
    trust
    printf '\n[Claims](#claims) · [Which model?](#chooser) · [The questions](#questions) · [How to read this](#reading) · [Method](#method) · [The models](#models) · [The environment](#environment) · [How to cite](#cite)\n'
    if [ -f "$run/verdicts.tsv" ]; then
        printf '\n<a id="claims"></a>\n\n## What the textbooks say\n\n'
        on_all -v full=0 -f "$parts/claims.awk" "$parts/order" "$run/verdicts.tsv"
    fi
    if [ -f "$run/chooser.tsv" ]; then
        printf '\n<a id="chooser"></a>\n\n## Which model for what\n\n'
        printf 'A model may be the best if it is not shown to be worse than any other; it is the best if it is the only such model. '
        printf 'Same within 10 %%: it is worse, by less than 10 %%. Ratios are to the best, so their intervals begin or end at 1. '
        printf 'All comparisons of a row hold together with 95 %% confidence.\n\n'
        on_all -f "$parts/chooser.awk" "$run/chooser.tsv"
    fi
    printf '\n<a id="questions"></a>\n\n## The questions\n\n'
    for conf in "${confs[@]}"; do
        load_conf "$conf"
        printf -- '- [%s](#%s) %s\n' "$(setting "$conf" question | plain)" "$stem" "$(on_cells glance.awk)"
    done
    wide_ones=$(for conf in "${confs[@]}"; do load_conf "$conf" && on_cells wide.awk; done)
    if [ -n "$wide_ones" ]; then
        folded 'Headline ratios with intervals wider than ±5 %' <<< "More time (BUDGET) narrows them."$'\n\n'"$wide_ones"
    fi
    not_measured
    printf '\nAll numbers: %s.\n\n' "$(file_link summary.tsv)"
}
