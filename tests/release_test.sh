#!/bin/bash -p
# release_test.sh: what a release says of itself agrees, and every link in its Markdown leads somewhere.
#
# Needs a built build/. Nothing is measured, and no link is followed to the web.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

# ---- links ----------------------------------------------------------------------------------------------------------------
# Of a copy without git, too: all that is not made.
pages() { find "$repo" -name '*.md' ! -path '*/.*' ! -path "$repo/build/*" \( ! -path "$repo/results/*" -o -path "$repo/results/reference*/*" \) | sort; }
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
# All but those that a program of the suite executes as a child: they take what they are given.
mapfile -t programs < <(cd "$build" && find bench clients servers check -path '*/objects' -prune -o -type f -perm -u+x -print | grep -v -e /inetd/ -e /images/ | sort)
check "version: ${#programs[@]} programs" test ${#programs[@]} -ge 60
for program in "${programs[@]}"; do
    source=$repo/$program.c # a folder that was used before may have programs that are no more
    if grep -qs '^int main' "$source" || [[ $program = servers/* || $program = bench/micro/* || $program = check ]]; then check "version: $program" says_version "$program"; fi
done

verdict
