# The ratios of a question's headline on each machine, and what is pooled from them: a dot with a bar is a machine (hollow: it is not
# pooled), the diamond is the mean of all machines with its interval, and the thin line is where a new machine is to be expected.
curve_pixels = 1; form = "forest"; condition_1 = ""; row_names = ""; xs = ""; legend = ""; has_pool = 0; has_foreign = 0
load "style.gp"
footer = "bars: 95 % intervals".(predicts ? "; thin line: 95 % prediction interval, an arrow where it leaves the axis" : "")."; hollow: not pooled"
formats = "svg"; timeless = "true"; literal = "true" # the others are not drawn
is(kind) = strcol("kind") eq kind
left = 40 + 7.2 * longest_name; right = 786; share = 1 - 210.0 / (right - left)
height = top + rows_pixels + 36 + bottom
least = least_1 < 1 ? least_1 : 1; most = most_1 > 1 ? most_1 : 1; most = most > 1.05 * least ? most : 1.05 * least
begin = least / 1.1; end = begin * (most * 1.1 / begin) ** (1 / share); last = most * 1.1
inside(v) = v < begin ? begin : v > last ? last : v
title = title_1
decade = (right - left) * share / log10(last / begin)
marks = decade > 900 ? "1 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2 2.5 3 4 5 6 7 8 9" : decade > 250 ? "1 1.2 1.5 2 3 5 7" : decade > 120 ? "1 2 5" : "1"
rows_of_forest = 'eval panel; set tmargin at screen y(top); set bmargin at screen y(top + rows_pixels); \
    set lmargin at screen x(left); set rmargin at screen x(right); \
    set logscale x; set xrange [begin:end]; set yrange [-rows - 0.7:-0.3]; set grid xtics noytics; \
    set label 4 title at graph 0, screen y(legend_at + 21) left tc rgb INK; \
    set label 7 "log scale" at screen x(right), screen y(top - 6) right font "sans-serif,9" tc rgb GREY; \
    set xtics ("" 1); \
    do for [e=floor(log10(begin)):ceil(log10(last))] { do for [k in marks] { \
        v = k * 10.0 ** e; if (v > begin && v < last) { set xtics add (sprintf("%g", v) v) }; \
    } }; \
    set arrow 1 from 1, graph 0 to 1, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY; \
    plot data using (is("heading") ? begin : NaN):(-column("row")):(strcol("label")) \
            with labels boxed left offset 0.3, 0 font "sans-serif,12" tc rgb INK, \
        data using (is("heading") ? NaN : begin):(-column("row")):(strcol("name")) \
            with labels right offset -0.8, 0 font row_font tc rgb INK, \
        data using (is("heading") ? NaN : last):(-column("row")):(strcol("label")) \
            with labels left offset 0.8, 0 font row_font tc rgb INK, \
        data using (is("prediction") ? sqrt(inside(column("low")) * inside(column("high"))) : NaN):(-column("row")):(inside(column("low")) - sqrt(inside(column("low")) * inside(column("high")))):(0) \
            with vectors nohead lw 1.2 lc rgb INK, \
        data using (is("prediction") ? sqrt(inside(column("low")) * inside(column("high"))) : NaN):(-column("row")):(inside(column("high")) - sqrt(inside(column("low")) * inside(column("high")))):(0) \
            with vectors nohead lw 1.2 lc rgb INK, \
        data using (is("prediction") && column("low") < begin ? begin : NaN):(-column("row")):("◂") with labels left offset -0.5, 0 font row_font tc rgb INK, \
        data using (is("prediction") && column("high") > last ? last : NaN):(-column("row")):("▸") with labels right offset 0.5, 0 font row_font tc rgb INK, \
        data using (is("machine") || is("hollow") || is("pooled") ? column("low") : NaN):(-column("row")):(column("high") - column("low")):(0) \
            with vectors nohead lw 3 lc rgb pale(GREY), \
        data using (is("machine") ? column("value") : NaN):(-column("row")) with points pt 7 ps 0.85 lc rgb colour("t"), \
        data using (is("hollow") ? column("value") : NaN):(-column("row")) with points pt 6 ps 0.85 lc rgb colour("t"), \
        data using (is("pooled") ? column("value") : NaN):(-column("row")) with points pt 13 ps 1.5 lc rgb INK'
do for [format in formats] { eval open; eval rows_of_forest; eval shut }
