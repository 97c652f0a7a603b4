# layout.gp: does the answer depend on the order in which a server was linked? One panel per ratio, one row per layout; the axis
# shows the neighbourhood of their mean, and the band is 1 % to either side of it.
# panels: server_cpu_us_per_connection
stem = "layout"
load "style.gp"
legend = 'p "process" t "thread"'; has_pool = 0; has_foreign = 0

n = int(x_most)
height = top + row_pixels * (n + 0.4) + 40 + bottom
left_column = 90
others = ""
do for [m in models] { if (m ne baseline) { others = others." ".m } }
get_of(m, name) = is_here(metric_1) && strcol("model") eq m && strcol(name) ne "-" ? column(name) : NaN

place = 'set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (n + 0.4)); set yrange [-n - 0.7:-0.3]'
layouts = 'eval panel; eval place; set lmargin at screen x(0); set rmargin at screen x(left_column); \
    unset border; unset xtics; unset grid; set xrange [0:1]; \
    do for [i=1:n] { set label 30+i "layout ".i at graph 1, first -i right offset -0.6, 0 tc rgb INK }; plot NaN'
# The numbers need 56 of the panel's pixels.
ratios = 'eval panel; set lmargin at screen x(left); set rmargin at screen x(right); \
    set label 4 m."/".baseline.", server CPU per connection" at graph 0, screen y(top - 21) left tc rgb INK; \
    stats data using (get_of(m, "ratio") > 0 ? 1 : 0) nooutput; \
    if (STATS_sum == 0) { eval place; eval nothing } else { \
        stats data using (log(get_of(m, "ratio"))) nooutput; mean = exp(STATS_mean); \
        stats data using (get_of(m, "ratio_low") / mean) nooutput; reach = 1 - STATS_min; \
        stats data using (get_of(m, "ratio_high") / mean) nooutput; reach = STATS_max - 1 > reach ? STATS_max - 1 : reach; \
        reach = reach > 0.02 ? reach : 0.02; share = 1 - 56.0 / (right - left); \
        eval place; set xrange [mean * (1 - 1.05 * reach):mean * (1 - 1.05 * reach + 2.1 * reach / share)]; \
        set object 1 rect from 0.99 * mean, graph 0 to 1.01 * mean, graph 1 back fc rgb PALE fs solid 0.5 noborder; \
        set arrow 1 from mean, graph 0 to mean, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY; \
        set label 5 sprintf("mean %.2f× ± 1 %%", mean) at mean, screen y(top - 6) center font "sans-serif,9" tc rgb GREY; \
        step = 10.0 ** floor(log10(mean * reach)); step = mean * reach / step < 2 ? step / 2 : mean * reach / step < 5 ? step : 2 * step; \
        set xtics 2 * step; \
        plot data using (get_of(m, "ratio_low")):(-column("x")):(get_of(m, "ratio_high") - get_of(m, "ratio_low")):(0):(pale(colour(strcol("hue")))) \
                with vectors nohead lw 3 lc rgb variable, \
            data using (column("hollow") > 0 ? get_of(m, "ratio") : NaN):(-column("x")) with points pt 7 ps 0.85 lc rgb "white", \
            data using (get_of(m, "ratio")):(-column("x")):(mark(column("pool"), column("hollow"))):(colour(strcol("hue"))) \
                with points pt variable ps 0.85 lw 1.5 lc rgb variable, \
            data using (get_of(m, "ratio") > 0 ? mean * (1 - 1.05 * reach + 2.1 * reach / share) : NaN):(-column("x")):(sprintf("%.2f×", column("ratio"))) \
                with labels right font "sans-serif,11" tc rgb INK; \
    }'

wide = (786.0 - left_column - 24 * (words(others) - 1)) / words(others)
do for [format in formats] {
    eval open
    eval layouts
    do for [i=1:words(others)] {
        m = word(others, i); left = left_column + (i - 1) * (wide + 24); right = left + wide
        eval ratios
    }
    eval shut
}
