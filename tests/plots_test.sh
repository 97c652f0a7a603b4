#!/bin/bash -p
# plots_test.sh: every figure of the reference run, drawn again: no text leaves the canvas or touches another one, what never comes
# is said, and a missing model has its reason.
#
# Needs a built build/. Nothing is measured, and only the SVGs are drawn.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

run=$results/reference
plots=$work/plots
mkdir "$plots"
cp -r "$repo/results/reference" "$run"
report "$run"
"$build/bench/report/plot_tables" "$run" "$plots"
cp "$repo"/plots/*.gp "$plots"
sed -i 's/^formats = .*/formats = "svg"/; s/ && "\.timeless\." && "\.literal\."//' "$plots/style.gp"

draw() { # STEM
    cd "$plots" || return
    [ -f "$1.gp" ] || printf 'stem = "%s"\nload "style.gp"\neval figure\n' "$1" > "$1.gp"
    gnuplot -d "$1.gp"
}
draw_all() { # gnuplot must say nothing
    local words said
    said=$(for words in "$plots"/*.words; do draw "$(basename "$words" .words)" 2>&1; done)
    equals 'what gnuplot says' "$said" '' && equals 'the SVGs' "$(find "$plots" -name '*.svg' | wc -l)" "$(find "$plots" -name '*.words' | wc -l)"
}
is_clear() { equals 'what labels.py says' "$("$repo/tests/labels.py" "$@")" ''; }
fixed() { # SVG SED_SCRIPT TEXT: what labels.py says of a figure with a fault
    sed "$2" "$plots/$1.svg" > "$work/fault.svg" && "$repo/tests/labels.py" "$work/fault.svg" > "$work/said" && says "$work/said" "$3"
}
never_is_said() { # of the rows in the picture; a text in a box is drawn twice
    local stem should is
    for stem in isolation overload; do
        should=$(shown "$run" "q(\"$stem\").figure | [.panels[].metric] as \$m | [.rows[] | select(.label == \"never\" and (.metric | IN(\$m[])))] | length")
        is=$(grep -c '>never<' "$plots/$stem.svg")
        [ "$should" -gt 0 ] && equals "$stem: never" "$is" $((2 * should)) || return
    done
}

if command -v gnuplot > /dev/null; then
    check 'figures: are drawn' draw_all
    check 'figures: no text leaves the canvas or touches another' is_clear "$plots"/*.svg
    check 'a text that leaves the canvas: is seen' fixed uring 's/translate(14\.00,26\.89)/translate(780,26.89)/' 'leaves the canvas'
    check 'two texts that touch: are seen' fixed uring 's/<text>0</<text>0, 100, 200, 300, 400, 500</' 'is not clear of'
    check 'what never comes: is said' never_is_said
    check 'one of a thing: is singular' says "$plots/languages_idle.svg" '>with 1 idle connection<'
    check 'one of a unit: is not' says "$plots/slo_rate.svg" '>with p99 within 1 ms<'
    check 'a missing model: has its reason' says "$plots/memory.svg" 'select (serves at most'
else
    skips 'figures' 'gnuplot is not installed'
fi

verdict
