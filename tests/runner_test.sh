#!/bin/bash -p
# runner_test.sh: the runner of the tests (tests/run.sh) on tests that are planted: one that hangs, crashes, prints nothing, fails,
# has become slower, runs in parts, and ones that may not run beside others.
#
# shellcheck disable=SC2016  # commands for eval
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/core/line.sh"

planted=$work/planted
mkdir -p "$planted/tests/core" "$planted/build/tests"
cp "$repo/tests/run.sh" "$planted/tests"

plant() { # NAME COMMENT: a test whose program is the standard input
    echo "$2" > "$planted/tests/$1.c"
    { echo '#!/bin/bash' && cat; } > "$planted/build/tests/$1"
    chmod +x "$planted/build/tests/$1"
}

runs() { # NAME...: as they are planted
    (cd "$planted" && env TEST_JOBS="${at_once-3}" BUILD=build TEST_SCRIPTS="${scripts-}" TEST_PROGRAMS="$*" tests/run.sh) > "$work/said" 2>&1
}

ends_with() { equals 'the last line' "$(tail -n 1 "$work/said")" "$1"; }

passing() { # NAME SECONDS: what cmocka prints of a test that passes
    echo 'echo "[ RUN      ] '"$1"'"; sleep '"$2"'; echo "[       OK ] '"$1"'"; echo "[  PASSED  ] 1 test(s)."'
}

passing good 0 | plant good '// Good.'
check 'one that passes: status' runs good
check 'one that passes: is counted' ends_with '1 passed, 0 failed, 0 skipped'
check 'one that passes: is timed' grep -q $'^good\tgood\t[0-9]*$' "$planted/build/durations.tsv"

plant hangs '// Hangs.' <<< 'echo "[ RUN      ] first"; echo "[       OK ] first"; echo "[ RUN      ] second"; sleep 60'
TEST_SECONDS=1 check 'one that hangs: ends the run' eval '! runs good hangs'
check 'one that hangs: the test is named' says "$work/said" 'HANGS: second: more than 1 s'
check 'one that hangs: is killed' nothing_left planted
check 'one that hangs: is a failure beside those that pass' ends_with '1 passed, 1 failed, 0 skipped'

runs hangs &
check 'interrupted: it is under way' within 5 inhabitant planted 'sleep 60'
kill "$(inhabitant planted 'tests/run.sh')"
wait $!
check 'interrupted: nothing of it is left' nothing_left planted

plant crashes '// Crashes.' <<< 'echo "[ RUN      ] first"; echo "some words"; kill -SEGV $$'
check 'one that crashes: ends the run' eval '! runs crashes'
check 'one that crashes: its words are shown' says "$work/said" 'some words'
check 'one that crashes: is a failure' ends_with '0 passed, 1 failed, 0 skipped'

plant mute '// Prints nothing.' <<< true
check 'one that prints nothing: is a failure' eval '! runs mute && ends_with "0 passed, 1 failed, 0 skipped"'
check 'one that is not there: status 2' eval 'runs nosuch; equals status $? 2 && says "$work/said" nosuch'

plant fails '// Fails.' <<< 'for t in one two; do echo "[ RUN      ] $t"; echo "words of $t"; [ $t = one ] && echo "[       OK ] $t" || echo "[  FAILED  ] $t"; done
echo "[  PASSED  ] 1 test(s)."; echo "[  FAILED  ] 1 test(s), listed below:"; exit 1'
check 'one that fails: ends the run' eval '! runs fails'
check 'one that fails: only what failed is shown' eval 'says "$work/said" "words of two" && ! says "$work/said" "words of one"'
check 'one that fails: both are counted' ends_with '1 passed, 1 failed, 0 skipped'

passing slow 2.3 | plant slow '// Slow.'
printf 'slow\tslow\t100\n' >> "$planted/build/durations.tsv"
check 'one that has become slower: is none that fails' runs slow
check 'one that has become slower: is named' grep -qE '^slower than the last time: slow: slow: 2\.[0-9] s instead of 0\.1 s$' "$work/said"
check 'the slowest: are listed' grep -qE '^ +2\.[0-9] s  slow: slow$' "$work/said"

# Each writes what others do meanwhile.
beside='echo "$1" >> seen/parts; touch seen/$$; sleep 0.3; ls seen | grep -c "^[0-9]" >> seen/$0_"${1%/*}"; rm seen/$$; echo "[  PASSED  ] 1 test(s)."'
mkdir -p "$planted/seen/build/tests"
plant parts '// Runs in 3 parts.' <<< "$beside"
plant alone_1 '// Runs alone: it measures.' <<< "$beside"
plant alone_2 '// Runs alone: it measures.' <<< "$beside"
for n in 1 2 3; do plant turn_$n '// Runs in turn: it waits.' <<< 'echo turn >> seen/turns; [ "$(grep -c turn seen/turns)" -le 2 ] && good=1; sleep 0.3; sed -i 1d seen/turns; echo "[  PASSED  ] ${good:-0} test(s)."'; done
TEST_JOBS=3 check 'parts and tests that run alone: pass' eval 'cd "$planted" && BUILD=build TEST_SCRIPTS= TEST_PROGRAMS="turn_1 alone_1 parts turn_2 alone_2 turn_3" tests/run.sh > "$work/said" && ends_with "8 passed, 0 failed, 0 skipped"'
check 'parts: each runs once' equals parts "$(grep / "$planted/seen/parts" | sort | tr '\n' ' ')" '1/3 2/3 3/3 '
check 'parts: side by side' grep -qx 3 "$planted"/seen/build/tests/parts_{1,2,3}
check 'alone: nothing else runs' equals both "$(cat "$planted"/seen/build/tests/alone_?_ | tr '\n' ' ')" '1 1 '

printf '#!/bin/bash\n%s\n' 'echo "ok a: b"; echo "skipped: c: d"; echo "[  PASSED  ] 1 test(s)."; echo "[  SKIPPED ] 1 test(s)."' > "$planted/tests/line_test.sh"
chmod +x "$planted/tests/line_test.sh"
scripts=tests/line_test.sh check 'a script: is run, and what it skips is said' eval 'runs good && ends_with "2 passed, 0 failed, 1 skipped" && says "$work/said" "skipped: c: d"'
check 'a script: its tests are timed' grep -q $'^line_test.sh\ta: b\t' "$planted/build/durations.tsv"

mkdir "$planted/order"
for n in 1 2; do
    plant order_$n '// Order.' <<< 'echo program >> order/seen; echo "[  PASSED  ] 1 test(s)."'
    printf '#!/bin/bash\n%s\n' 'echo script >> order/seen; echo "[  PASSED  ] 1 test(s)."' > "$planted/tests/order_${n}_test.sh"
done
chmod +x "$planted"/tests/order_?_test.sh
scripts='tests/order_1_test.sh tests/order_2_test.sh' at_once=1 check 'none has run yet: pass' runs order_1 order_2
check 'none has run yet: scripts come first' equals 'the order' "$(tr '\n' ' ' < "$planted/order/seen")" 'script script program program '

verdict
