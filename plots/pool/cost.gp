# The first headline ratio of each machine against what a kernel operation costs there.
rows = 1; curve_pixels = 300; form = "cost"; condition_1 = ""; row_names = ""; xs = ""; legend = ""; has_pool = 0; has_foreign = 0
footer = "both axes are logarithmic; a letter is a machine"
load "style.gp"
formats = "svg"; timeless = "true"; literal = "true" # the others are not drawn
height = top + curve_pixels + 56 + bottom
stats data using (column("cost")) name "x" nooutput
stats data using (column("value")) name "y" nooutput
marks(least, most) = most < 3 * least ? "1 1.2 1.4 1.6 1.8 2 2.5 3 3.5 4 5 6 7 8 9" : most < 30 * least ? "1 2 3 5 7" : "1"
points = 'eval panel; set tmargin at screen y(top); set bmargin at screen y(top + curve_pixels); \
    set lmargin at screen x(64); set rmargin at screen x(786); \
    set logscale xy; set xlabel title_1; set xrange [x_min / 1.2:x_max * 1.2]; set yrange [y_min / 1.2:y_max * 1.2]; \
    set ytics nomirror tc rgb INK; set xtics ("" 1); set ytics ("" 1); \
    do for [e=-4:6] { \
        do for [k in marks(x_min, x_max)] { v = k * 10.0 ** e; set xtics add (sprintf("%g", v) v) }; \
        do for [k in marks(y_min, y_max)] { v = k * 10.0 ** e; set ytics add (sprintf("%g", v) v) }; \
    }; \
    set label 4 "ratio" at graph 0, screen y(top - 16) left tc rgb INK; \
    plot data using (column("cost")):(column("value")) with points pt 7 ps 0.85 lc rgb colour("t"), \
        data using (column("cost")):(column("value")):(strcol("name")) with labels left offset 0.8, 0.5 tc rgb INK'
do for [format in formats] { eval open; eval points; eval shut }
