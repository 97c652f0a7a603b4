# memory.gp: how much memory does an idle connection hold? One bar per model, its parts side by side: the memory of the server's
# processes, darkest, and the kernel's memory for them. Drawn at the smallest number of connections, which all models have.
stem = "memory"
load "style.gp"
parts = "pss_kib_per_connection page_tables_kib_per_connection kernel_stack_kib_per_connection slab_kib_per_connection"
part_name(i) = word("processes'·own·(PSS) page·tables kernel·stacks kernel's·objects", i)
fewest = word(says("xs"), 1)

# One line per model, the smallest first: total, name, family, interval, ratio and the ends of the parts. A negative part (other
# programs freed memory meanwhile) has no width.
bars = "< awk -F'\t' -v parts='".parts."' -v at=".fewest." 'BEGIN { OFS = FS; n = split(parts, part, \" \") } "\
    ."$5 != at || $7 == \"-\" { next } { value[$3, $2] = $7; family[$3] = $4 } "\
    ."$2 == \"".headline_metric."\" { total[$3] = $7; low[$3] = $8; high[$3] = $9; ratio[$3] = $10 } "\
    ."END { for (m in total) { printf \"%s\t%s\t%s\t%s\t%s\t%s\", total[m], m, family[m], low[m], high[m], ratio[m]; "\
    ."for (i = 1; i <= n; i++) { v = value[m, part[i]]; end = (i > 1 ? end : 0) + (v > 0 ? v : 0); printf \"\t%s\", end }; "\
    ."print \"\" } }' ".data." | sort -g"
count = int(system(bars[3:*]." | wc -l"))
pale(c, i) = i == 1 ? c : pale(int(255 - 0.62 * (255 - (c >> 16))) << 16 | int(255 - 0.62 * (255 - ((c >> 8) & 255))) << 8 \
    | int(255 - 0.62 * (255 - (c & 255))), i - 1)
label_of(total, ratio) = digits(total)." KiB".(ratio eq "-" ? "" : " (".times(real(ratio)).")")

# The end of the bar or of its interval.
outer(high, bar) = high eq "-" || real(high) < bar ? bar : real(high)

height = top + 12 + row_pixels * (count + 0.4) + 36 + bottom
do for [format in formats] {
    eval open
    set datafile nocolumnheaders
    set tmargin at screen y(top + 12); set bmargin at screen y(top + 12 + row_pixels * (count + 0.4))
    set lmargin at screen x(names_width); set rmargin at screen x(786)
    stats bars using (outer(strcol(5), column(10))) nooutput
    end = STATS_max / (1 - 130.0 / (786 - names_width))
    set xrange [0:end]; set yrange [-count - 0.2:-0.2]
    unset ytics; set grid noytics
    set label 30 "KiB per connection, at ".group(int(fewest)).":" at screen x(14), y(top - 14) left font "sans-serif,11" tc rgb INK
    place = 228
    do for [i=1:words(parts)] {
        set object 30+i rectangle from screen x(place), y(top - 9) to screen x(place + 12), y(top - 19) fc rgb pale(INK, i) fs solid noborder
        name = part_name(i)
        do for [k=1:3] { dot = strstrt(name, "·"); if (dot > 0) { name = name[1:dot - 1]." ".name[dot + 1:*] } }
        set label 40+i name at screen x(place + 17), y(top - 14) left font "sans-serif,11" tc rgb INK
        place = place + 38 + 6.0 * strlen(name)
    }
    plot for [i=words(parts):1:-1] bars using (0):(-$0 - 0.6):(0):(column(6 + i)):(-$0 - 0.86):(-$0 - 0.34):(pale(colour(strcol(3)), i)) \
            with boxxyerror fs solid noborder lc rgb variable, \
        bars using (strcol(4) eq "-" ? NaN : column(4)):(-$0 - 0.6):(column(5) - column(4)):(0) with vectors nohead lw 2 lc rgb INK, \
        bars using (0):(-$0 - 0.6):2 with labels right offset -0.6, 0 tc rgb INK, \
        bars using (outer(strcol(5), column(10))):(-$0 - 0.6):(label_of(column(1), strcol(6))) with labels left offset 0.8, 0 font "sans-serif,11" tc rgb INK
    set datafile columnheaders
    eval shut
}
