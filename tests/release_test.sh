#!/bin/bash -p
# release_test.sh: what a release says of itself agrees, and every link in its Markdown leads somewhere.
#
# Needs a built build/. Nothing is measured, and no link is followed to the web.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

# ---- links ----------------------------------------------------------------------------------------------------------------
# Of a copy without git, too: all that is not made.
pages() { find "$repo" -name '*.md' ! -path '*/.*' ! -path "$repo/build/*" \( ! -path "$repo/results/*" -o -path "$repo/results/reference/*" \) | sort; }
mapfile -t markdown < <(pages)
lead_somewhere() { equals 'what is found' "$("$repo/tests/links.py" "$@")" ''; }
check "links: those of ${#markdown[@]} files lead somewhere" lead_somewhere "${markdown[@]}"
cat > "$work/page.md" << 'END'
# One heading: `x`
[a](other.md) [b](#one-heading-x) [c](other.md#there) [d](<other.md>) `[no](link)`
```
[no](link)
```
END
echo '<a id="there"></a>' > "$work/other.md"
check 'links: good ones' lead_somewhere "$work/page.md"
named() { # LINK WHY
    echo "text [a]($1) more" > "$work/bad.md"
    equals 'what is said' "$("$repo/tests/links.py" "$work/bad.md")" "$work/bad.md: $1: $2"
}
check 'links: a file that is not there' named none.md 'there is no such file'
check 'links: an anchor that is not there' named other.md#here 'there is no such anchor'
check 'links: an anchor of its own page' named '#here' 'there is no such anchor'
check 'links: a broken address' named 'https:/example.org' 'not a well-formed address'
check 'links: another scheme' named 'ftp://example.org/' 'not a well-formed address'

# ---- version --------------------------------------------------------------------------------------------------------------
version=$(sed -n 's/^version: *//p' "$repo/CITATION.cff")
check 'version: the newest of CHANGELOG.md' says <(grep -m 1 '^## ' "$repo/CHANGELOG.md") "## $version"
says_version() { equals "what $1 says" "$("$build/$1" --version)" "forklore $version"; } # PROGRAM
for program in servers/fork servers/epoll clients/drive clients/background clients/echo bench/measure/plan bench/measure/trial bench/figures/figures bench/micro/spawn/fork bench/micro/ipc/pipe; do
    check "version: $program" says_version $program
done

verdict
