# shellcheck shell=bash disable=SC2154
# experiment.sh: shared by report.sh and cite.sh: an experiment's settings, its load in
# words, its cells of the summary, and the conditions of the run. They set `run`, the folder of the run, and `id`, its name.

parts=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd) # the awk programs
export metrics=$run/metrics.tsv
markup=$parts/text.awk                                               # or as_it_is.awk

# Whether the scheduler dropped a whole question for lack of time.
is_dropped() { [ -f "$run/dropped.tsv" ] && grep -q "^$1"$'\t-\t' "$run/dropped.tsv"; } # STEM

setting() { sed -n "s/^$2[[:blank:]][[:blank:]]*//p" "$1"; } # CONF KEY

plain() { awk -f "$parts/text.awk" -f "$parts/plain.awk"; }

environment() { jq -r "$1" "$run/environment.json"; } # FILTER

file_link() { # PATH within the run; in a packed run, the packed file
    local file=$1
    if [ -e "$run/$file.xz" ]; then file+=.xz; fi
    printf '[%s](%s)' "$(plain <<< "$file")" "$file"
}

load_conf() { # CONF: its settings into the environment
    stem=$(basename "$1" .conf)
    vary=$(setting "$1" vary)
    xs=${vary#* }
    vary=${vary%% *}
    local key
    for key in title type metric baseline headline headline_at also per axis spot derive answer unit published published_in; do
        printf -v "$key" %s "$(setting "$1" "$key")"
        export "${key?}"
    done
    axis=${axis:-$vary}
    loop=closed
    if [ "$type" = load ] || [ "$type" = slo_rate ] || [ "$vary" = rate ] || [[ ! $(setting "$1" rate) =~ ^0?$ ]]; then loop=open; fi
    export stem vary xs loop
}

on_cells() { # AWK_FILE...: of the loaded experiment
    local programs=(-f "$markup" -f "$parts/numbers.awk" -f "$parts/metric.awk" -f "$parts/cells.awk") file
    for file; do programs+=(-f "$parts/$file"); done
    awk "${programs[@]}" "$run/summary.tsv"
}

# The functions for numbers and metrics, whatever experiment is loaded.
on_all() { # AWK_ARGUMENT...
    metric='' unit='' awk -f "$parts/text.awk" -f "$parts/numbers.awk" -f "$parts/metric.awk" "$@"
}

# The load in words.
load() { # CONF
    local connections requests pool bytes window_s warmup_s longer=
    connections=$(setting "$1" connections)
    bytes=$(setting "$1" bytes)
    if [ "$vary" = connections ]; then connections=$(one_of "$xs"); fi
    if [ "$vary" = bytes ]; then bytes=$(one_of "$xs"); fi
    requests=$(setting "$1" requests)
    if [ "$vary" = requests ]; then requests=$(one_of "$xs"); fi
    window_s=$(setting "$1" window_s)
    if [ "$vary" = window_s ]; then window_s=$(one_of "$xs"); fi
    warmup_s=$(setting "$1" warmup_s)
    if [ "$vary" = warmup_s ]; then warmup_s=$(one_of "$xs"); fi
    pool=$(setting "$1" pool)
    if [ "$type" = hold ]; then
        printf '%s idle connections, each served once' "$connections"
        return
    fi
    if [ "$loop" = closed ]; then
        printf 'closed loop, %s connections at a time' "$connections"
    elif [ -n "$(setting "$1" rate)" ]; then
        printf 'open loop, %s requests due per second, up to %s connections at a time' "$(setting "$1" rate)" "$connections"
    else
        printf 'open loop, %s connections at a time' "$connections"
    fi
    case $vary in
        background) printf ', with background connections as in the table (%s)' "$(setting "$1" behaviour)" ;;
        behaviour) printf ', with %s background connections' "$(setting "$1" background)" ;;
        io) printf ', with the client driver on %s' "$(one_of "$xs")" ;;
    esac
    case $requests in
        '') ;;
        0) printf ', persistent' ;;
        1) printf ', one request each' ;;
        *) printf ', %s requests each' "$requests" ;;
    esac
    [ -z "$bytes" ] || printf ', messages of %s bytes' "$bytes"
    case $pool in
        '') ;;
        connections) printf ', pools with one worker per connection' ;;
        *) printf ', pools of %s workers' "$pool" ;;
    esac
    if [ "$vary" = total ]; then
        printf ', requests as in the table'
    elif [ -n "$(setting "$1" total)" ]; then
        printf '; %s requests, or more to use each connection in full' "$(setting "$1" total)"
    elif [ -n "$window_s" ]; then
        case "$loop $metric" in 'open latency_p'* | 'open slo_rate_per_s') longer=' or longer' ;; esac
        printf '; window %s s%s after %s s of warm-up' "$window_s" "$longer" "$warmup_s"
    fi
    [ -z "$(setting "$1" under)" ] || printf '; servers started with %s' "$(setting "$1" under)"
    [ -z "$(setting "$1" options)" ] || printf '; server options: %s' "$(setting "$1" options)"
}

one_of() { sed 's/ /, /g; s/\(.*\), /\1 or /' <<< "$1"; } # WORDS

# The conditions of its numbers, for readers outside the report.
conditions() { # CONF
    if [ "$type" = time ]; then
        printf 'timed by hyperfine, as the slope between two counts of repetitions'
    else
        load "$1"
    fi
}

machine() {
    environment '[.cpu_model, (.cpus_online // empty | "\(.) CPUs"), (.virtualization // empty | select(. != "none")),
        (.kernel_release // empty | "Linux \(.)")] | map(strings) | join(", ") | if . == "" then "machine not recorded" else . end'
}

source_of_run() { # program and date
    # shellcheck disable=SC2016  # jq's own $
    jq -r --arg id "$id" '"forklore, run \($id)\(if .commit then " of commit \(.commit[:7])" else "" end)\(
        if .dirty then " with uncommitted changes" else "" end)\(if .date then ", \(.date[:10])" else "" end)"' "$run/environment.json"
}

# A BibTeX entry of the run.
bibtex() {
    local key
    key=$(tr -c 'A-Za-z0-9\n' '_' <<< "$id")
    # shellcheck disable=SC2016  # jq's own $
    jq -r --arg id "$id" --arg key "$key" --arg machine "$(machine)" '"@misc{forklore_\($key),
  author = {{The forklore contributors}},
  title  = {forklore: server concurrency models, measured. Run \($id)},
  year   = {\(.date // "" | .[:4])},
  note   = {\($machine); \(.date // "date not recorded" | .[:10])\(if .commit then ", commit \(.commit[:12])" else "" end)\(if .dirty then " with uncommitted changes" else "" end)}
}"' "$run/environment.json" | sed '/^  title\|^  note/s/[_%&#]/\\&/g'
}
