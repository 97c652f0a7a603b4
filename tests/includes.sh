#!/bin/bash -p
# includes.sh: fails if a file includes from a room that it may not use. Includes go one way:
#
#     base <- measure, base <- analyse <- report; servers/ and clients/ include nothing else
#
# Of measure, only the scheduler and its replay may use analyse.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

allowed() { # FILE: the rooms it may include from
    case $1 in
        servers/*) echo servers ;;
        clients/*) echo clients ;;
        bench/base/*) echo bench/base ;;
        bench/doctor/*) echo bench/base ;;
        bench/micro/*) echo bench/base bench/micro ;;
        bench/measure/scheduler* | bench/measure/replay.c) echo bench/base bench/measure bench/analyse clients ;;
        bench/measure/*) echo bench/base bench/measure clients ;;
        bench/analyse/*) echo bench/base bench/analyse clients ;;
        bench/report/*) echo bench/base bench/analyse bench/report ;;
        bench/figures/*) echo bench/base bench/measure bench/figures ;;
        tests/*) echo servers clients bench tests ;;
        *) echo none ;;
    esac
}

checked=0 wrong=0
while IFS=: read -r file line included; do
    included=${included#*\"} included=${included%\"*}
    checked=$((checked + 1))
    may=no
    for room in $(allowed "$file"); do
        if [[ $included = "$room"/* ]]; then may=yes; fi
    done
    if [ $may = no ]; then
        echo "$file:$line: includes $included, and may include from $(allowed "$file") only" >&2
        wrong=$((wrong + 1))
    fi
done < <(grep -nE '^ *# *include +"' -r --include='*.[ch]' servers clients bench tests)
[ $checked -gt 0 ] || { echo 'includes.sh: no file includes anything' >&2 && exit 1; }
[ $wrong -eq 0 ] || { echo "includes.sh: $wrong of $checked includes go the wrong way" >&2 && exit 1; }
