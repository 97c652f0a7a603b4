#!/bin/bash
# run.sh: runs every test program (build/tests/*) and every end-to-end test (tests/*_test.sh) and sums up.
# TEST_PROGRAMS and TEST_SCRIPTS name others than all of them, or none.
# A program that says nothing, crashes or takes more than TEST_SECONDS (default 900) has failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

count() { sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$log" | awk '{ sum += $1 } END { print sum + 0 }'; }

# shellcheck disable=SC2086  # several words, or a pattern
for test in ${TEST_PROGRAMS-build/tests/*} ${TEST_SCRIPTS-tests/*_test.sh}; do
    if [ ! -f "$test" ] || [ ! -x "$test" ]; then
        continue
    fi
    begun=$SECONDS
    timeout --kill-after=10 "${TEST_SECONDS:-900}" "$test" > "$log" 2>&1
    status=$?
    good=$(count PASSED) bad=$(count FAILED) omitted=$(count SKIPPED)
    if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ $((good + omitted)) -eq 0 ]; }; then
        bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + omitted))
    if [ "$bad" -gt 0 ]; then
        cat "$log"
        echo "FAILED $test (status $status)"
    else
        echo "ok $test: $good passed${omitted:+, $omitted skipped}, $((SECONDS - begun)) s"
        grep -E '^(skipped|exception):' "$log"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
