#!/bin/bash -p
# layout.sh SEED PROGRAM OBJECT... ARCHIVE: links a program so that its functions lie at other addresses.
#
# The order of the objects, the archive's among them, is shuffled; up to a page of padding before them moves all addresses. LINKER is
# the command that links, and LIBRARIES is what it links with. The program has the same functions in every layout, and the same seed
# gives the same program.
set -euo pipefail

seed=$1 program=$2 archive=${!#}
objects=("${@:3:$#-3}")
read -ra link <<< "${LINKER:?}"
read -ra libraries <<< "${LIBRARIES:?}"

# The linker tells which objects of the archive it takes.
for member in $("${link[@]}" -Wl,--trace,--trace -o /dev/null "${objects[@]}" "$archive" "${libraries[@]}" |
    sed -nE "s,^.*${archive}[()]+([^()]+\.o)\)?$,\1,p"); do
    objects+=("${archive%.a}/$member")
done

# The generator is Park and Miller's (1988): the same numbers with every awk. The first ones of small seeds are alike.
mapfile -t shuffled < <(printf '%s\n' "${objects[@]}" | awk -v seed="$seed" '
    function draw(n) { seed = seed * 16807 % 2147483647; return int(seed / 2147483647 * n) }
    { object[NR] = $0 }
    END {
        for (i = 0; i < 100; i++) draw(1)
        print 16 * draw(256)
        for (i = NR; i > 0; i--) { j = 1 + draw(i); print object[j]; object[j] = object[i] }
    }')
echo "__asm__(\".skip ${shuffled[0]}\");" | "${link[@]}" -o "$program" -x c - -x none "${shuffled[@]:1}" "${libraries[@]}"
