#!/bin/bash -p
# page_test.sh: the page of a run, used as a reader would: of the reference run, of one in which nothing could be decided, and
# of one without anything; without pictures; and with names that are no HTML.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

render() { # JSON
    "$repo/bench/report/render.py" page.html.j2 "$1" "${1%/*}/report.html"
}

# Tidy has warnings for what HTML allows (empty marks); only errors count.
is_valid() { ! tidy -e -q "$1" 2>&1 | grep -E ' Error: '; }

# Pages to use in a browser, if there is one: in all ways, or in these.
used=()
use() { # NAME PAGE [WAY...]
    if [ -n "$no_browser" ]; then skips "$1" "$no_browser"; else used+=("$1" "$2" "${*:3}"); fi
}
use_all() {
    local name why
    while IFS=$'\t' read -r name why; do
        if [ -z "$why" ]; then passes "$name"; else fails "$name" "$why"; fi
    done < <("$repo/tests/page_test.py" "${used[@]}" 2>&1)
}

changed() { # NAME JQ_FILTER [RUN]: a copy of a run with other data, and without pictures, which take a browser most of its time
    local of=${3:-$run}
    mkdir "$results/$1"
    ln -s "$of"/* "$results/$1/"
    rm -f "$results/$1"/{report.json,report.html,plots}
    jq "$2" "$of/report.json" > "$results/$1/report.json" && render "$results/$1/report.json"
}

no_browser=
if ! /usr/bin/python3 -c 'import selenium' 2> /dev/null; then
    no_browser='python3-selenium is not installed'
elif ! command -v chromedriver > /dev/null || ! command -v chromium > /dev/null; then
    no_browser='chromium or chromium-driver is not installed'
fi

run="$results/reference"
cp -r "$repo/results/reference" "$run"
"$build/bench/report/report" "$repo/bench/questions" "$run"
check 'the reference run has a page' render "$run/report.json"
# It is large: what one question shows as well as forty is tried on a part of it, two questions of each group, with their pictures.
use 'reference' "$run/report.html" opens_without_errors_or_requests has_no_id_twice_and_no_dead_link has_headings_scopes_and_names \
    sorts_the_grid opens_a_claim_by_its_address fits_a_phone
check 'a part: has a page' changed part '.questions.groups[].questions |= .[:2]'
ln -s "$run/plots" "$results/part/plots" && check 'a part: has its pictures' render "$results/part/report.json"
use 'a part' "$results/part/report.html" filters_claims sorts_and_searches_numbers follows_a_model \
    copies goes_back works_by_keyboard opens_all prints_everything has_contrast works_without_javascript

# shellcheck disable=SC2016  # jq's own $
undecided='.claims.undecided += [.claims.themes[].claims[] | .verdict = "undecided" | .conditions[].verdict = "undecided"]
    | .claims.themes[].claims = [] | .claims.counts |= (.undecided += .holds + .does_not_hold + .same | .holds = 0 | .does_not_hold = 0 | .same = 0)
    | .questions.groups[].questions[] |= (.state = "undecided" | .answer = ["Undecided."] | .derived = [])
    | .hero.groups[].rows[].hollow = true | .grid.rows[].cells[] |= (.place = "undecided" | .shade = 0 | .reason = "The interval includes 1.")
    | .takeaways = []'
check 'nothing decided: has a page' changed undecided "$undecided" "$results/part"
# What does not depend on the data was tried above.
use 'nothing decided' "$results/undecided/report.html" opens_without_errors_or_requests \
    has_headings_scopes_and_names filters_claims opens_a_claim_by_its_address goes_back has_contrast fits_a_phone

empty='.headline = null | .hero = null | .takeaways = [] | .grid = null | .claims = null | .questions.groups = [] | .models = []
    | .selftests = null | .metrics = [] | .validity = []'
check 'an empty run: has a page' changed empty "$empty"
use 'an empty run' "$results/empty/report.html"
[ -n "$no_browser" ] || use_all

hostile='(.. | objects | select(has("model")) | .model) |= "<b>&\"\u0027{{" + . | .run.title = "<script>alert(1)</script>"'
check 'names that are no HTML: have a page' changed hostile "$hostile"
if command -v tidy > /dev/null; then
    for page in "$results"/{reference,undecided,empty,hostile}/report.html; do
        name=${page%/*}
        check "${name##*/}: valid HTML" is_valid "$page"
    done
else
    skips 'valid HTML' 'tidy is not installed'
fi
check 'names that are no HTML: are escaped' equals 'the number of scripts' "$(grep -c '<script>alert' "$results/hostile/report.html")" 0

mv "$run/plots" "$work/plots"
check 'no pictures: has a page' render "$run/report.json"
check 'no pictures: says so' says "$run/report.html" 'The figure was not drawn'
mkdir "$run/plots"
for file in "$work"/plots/*.svg; do echo '<svg' > "$run/plots/${file##*/}"; done
refuses 'half a picture: is named, and the page stays' 1 'not a complete SVG' render "$run/report.json"
echo '{' > "$work/report.json"
refuses 'half a report.json' 1 'report.html: ' render "$work/report.json"
refuses 'no report.json' 1 'No such file' render "$work/none.json"
refuses 'no such template' 1 'none.html.j2' "$repo/bench/report/render.py" none.html.j2 "$run/report.json" "$work/report.html"

verdict
