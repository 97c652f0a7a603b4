# memory.gp: how much memory does an idle connection hold? One bar per model, its parts side by side: the memory of the server's
# processes, darkest, and the kernel's memory for them. Few connections left, many right.
# panels: memory_kib_per_connection
stem = "memory"
load "style.gp"
parts = "pss_kib_per_connection page_tables_kib_per_connection kernel_stack_kib_per_connection slab_kib_per_connection"
part_names = '"processes'' own (PSS)" "page tables" "kernel stacks" "kernel''s objects"'
part_shade(c, i) = i <= 1 ? c : part_shade(int(255 - 0.62 * (255 - (c >> 16))) << 16 | int(255 - 0.62 * (255 - ((c >> 8) & 255))) << 8 \
    | int(255 - 0.62 * (255 - (c & 255))), i - 1)

# Stacks a part on those before it in its row. A negative part (other programs freed memory meanwhile) has no width.
array stack[int(rows)]
stacked(r, v) = (begin = stack[r], stack[r] = begin + (v > 0 ? v : 0), begin)
key_of_parts = 'place = 14; \
    do for [i=1:words(part_names)] { \
        set object 30+i rectangle from screen x(place), y(top - 14) to screen x(place + 12), y(top - 24) fc rgb part_shade(INK, i) fs solid noborder; \
        set label 40+i word(part_names, i) at screen x(place + 17), y(top - 19) left font "sans-serif,11" tc rgb INK; \
        place = place + 38 + 6.0 * strlen(word(part_names, i)); \
    }'
bars = 'eval panel; only = word(xs, p); metric = metric_1; do for [i=1:int(rows)] { stack[i] = 0 }; \
    set tmargin at screen y(top + 12); set bmargin at screen y(top + 12 + rows_pixels); \
    set lmargin at screen x(left); set rmargin at screen x(right); set grid noytics; \
    set xrange [0:most_1 / (1 - 122.0 / (right - left))]; set yrange [-rows - 0.7:-0.3]; set xtics autofreq; \
    set label 4 group(int(only))." connections, KiB for each" at graph 0, screen y(top + 2) left tc rgb INK; \
    if (p == 1) { eval key_of_parts }; \
    plot for [i=1:words(parts)] data using (is_here(word(parts, i)) ? 0 : NaN):(-column("row")): \
            (is_here(word(parts, i)) ? stacked(int(column("row")), get(word(parts, i), "value")) : NaN):(stack[int(column("row"))]): \
            (-column("row") - 0.26):(-column("row") + 0.26):(part_shade(colour(strcol("hue")), i)) \
            with boxxyerror fs solid noborder lc rgb variable, \
        data using (near(metric)):(-column("row")):(far(metric) - near(metric)):(0) with vectors nohead lw 2 lc rgb INK, \
        data using (column("hollow") > 0 ? get(metric, "value") : NaN):(-column("row")):(mark(column("pool"), 0)) \
            with points pt variable ps 0.8 lc rgb "white", \
        data using (get(metric, "value")):(-column("row")):(mark(column("pool"), column("hollow"))):(colour(strcol("hue"))) \
            with points pt variable ps 0.8 lw 1.5 lc rgb variable, \
        data using (far(metric)):(-column("row")):(strcol("label")):(column("hollow") > 0 ? GREY : INK) \
            with labels left offset 0.8, 0 font "sans-serif,11" tc rgb variable'
height = top + 12 + rows_pixels + 36 + bottom
shown = words(xs) > 1 ? 2 : 1; wide = (786.0 - names_width - 24 * (shown - 1)) / shown
do for [format in formats] {
    eval open
    top = top + 12; eval names; top = top - 12
    do for [p=1:shown] { left = names_width + (p - 1) * (wide + 24); right = left + wide; eval bars }
    eval shut
}
