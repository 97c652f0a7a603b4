#!/bin/bash -p
# words.sh: fails if the tree uses a term or phrase that the project has replaced (CONTRIBUTING.md, "Language").
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# An extended regular expression, and what to say instead.
banned=$(cat << 'END'
answerers|background connections
told apart|different, about the same
asked no further|gets no more blocks
turned away|refused, connection dropped
turn(s|ed)? (a |the |some )?clients? away|refuse, drop the connection
behind the headline|headline cell
cannot tell|undecided
not asked|not measured
entrants?|contender
strays?|orphan
liars?|mutant
knees?|highest rate within the limit
kept_per_s|slo_rate_per_s
manners?|behaviour
lore|claims
sharpness|convergence
lent|provided
dear|dearer|dearest|expensive
says nothing|needs a value, is silent
nobody says|
in an order by chance|in random order
interval holds 1|interval includes 1
otherwise disposed|under other conditions
makes the page of it|renders it as HTML
gives it company|adds background connections
the best on top|best first
for teaching|on purpose
lacks a worker|cannot start a worker
company|background connections
kinds? of trials?|trial type
sharp(er|est)?|converged
beside as many|with N background connections
END
)

files=$(git ls-files --cached --others --exclude-standard -- ':!results' ':!tests/words.sh' ':!CONTRIBUTING.md' ':!CHANGELOG.md' ':!*.svg')
found=0
while IFS= read -r line; do
    instead=${line##*|} phrase=${line%|*}
    while IFS= read -r hit; do
        echo "$hit" | cut -c 1-160
        echo "    say: ${instead:-who does what}"
        found=$((found + 1))
    done < <(xargs -d '\n' grep -nEiw -- "($phrase)" <<< "$files" || true)
done <<< "$banned"
if [ $found -gt 0 ]; then
    echo "words.sh: $found lines use a replaced term" >&2
    exit 1
fi
