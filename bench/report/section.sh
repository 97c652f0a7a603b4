# shellcheck shell=bash disable=SC2154
# section.sh: a question's section of the report. Sourced by report.sh; `load_conf` has set
# the experiment's settings.

section() { # CONF
    local conf=$1 lines
    load_conf "$conf"
    printf '<a id="%s"></a>\n\n## %s\n\n' "$stem" "$(setting "$conf" question | plain)"
    on_cells sentences.awk
    awk -f "$parts/text.awk" -f "$parts/not_run.awk" "$run/models.tsv"
    awk -f "$parts/text.awk" -f "$parts/left_out.awk" "$run/left_out.tsv"
    if [ -f "$run/plots/$stem.svg" ]; then
        printf '\n![%s](plots/%s.svg)\n' "$(plain <<< "$title")" "$stem"
        caption "$conf" | plain | folded 'Caption to paste'
    else
        printf '\nThere is no plot.\n'
    fi
    lines=$(setting "$conf" why | plain)
    [ -z "$lines" ] || printf '\n### Why\n\n%s\n' "${lines//$'\n'/$'\n\n'}"
    lines=$(setting "$conf" limits | plain)
    [ -z "$lines" ] || printf '\n### Limits\n\n%s\n' "${lines//$'\n'/$'\n\n'}"
    numbers "$conf" | folded 'The numbers'
}

folded() { # SUMMARY: puts its input into a foldable section
    printf '\n<details><summary>%s</summary>\n\n' "$1"
    cat
    printf '\n</details>\n\n'
}

# The caption that belongs to the picture wherever it is shown.
caption() { # CONF
    local ratios="ratios to $baseline, paired within blocks"
    if [ "$baseline" = own ]; then ratios='ratios to the plain program, paired within blocks'; fi
    printf '%s: %s %s. Medians over blocks with 95 %% bootstrap intervals; %s. %s; %s.\n' "$title" "$(setting "$1" question)" \
        "$(how "$1")" "$ratios" "$(machine)" "$(source_of_run)"
}

how() { # CONF: begins a sentence
    local text
    text=$(conditions "$1")
    if [ "$type" = time ]; then echo "${text^}"; else echo "Load: $text"; fi
}

numbers() { # CONF
    printf 'Median over blocks with its 95 %% interval, best first. %s. Raw rows: %s; the conditions: %s.\n\n' \
        "$(how "$1" | plain)" "$(file_link trials.tsv)" "$(file_link "experiments/$stem.conf")"
    on_cells table.awk
    awk -f "$parts/text.awk" -f "$parts/numbers.awk" -f "$parts/metric.awk" -f "$parts/derived.awk" "$run/summary.tsv"
}
