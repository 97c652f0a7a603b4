# isolation.gp: what does a crashing handler take with it, and when are new clients served again? One row per model, with two
# lines: the upper one for a crash by a request, the lower one for SIGKILL.
stem = "isolation"
load "style.gp"
row_pixels = 28
kinds = words(says("xs"))
n = words(models)
of_model(row) = floor((row - 1) / (kinds + 0.5)) + 1
at(row) = -of_model(row) - (strcol("x") eq "crash" ? -0.19 : 0.19)
names_width = 24 + 7.2 * int(system("awk -F'\t' 'NR > 1 && length($3) > n { n = length($3) } END { print n + 0 }' ".data))
height = top + row_pixels * (n + 0.4) + 36 + bottom
middle = names_width + 0.5 * (800 - names_width)
lost = "connections_lost"; back = "service_back_us"

place = 'eval panel; set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (n + 0.4)); \
    set lmargin at screen x(left); set rmargin at screen x(right); set yrange [-n - 0.7:-0.3]; \
    set label 4 title at graph 0, screen y(top - 21) left tc rgb INK'
row_names = 'set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (n + 0.4)); \
    set lmargin at screen x(0); set rmargin at screen x(names_width); \
    set label 5 "upper line: crash by a request; lower line: SIGKILL" at screen x(786), y(top - 42) right font "sans-serif,11" tc rgb INK; \
    unset border; unset xtics; unset grid; set xrange [0:1]; set yrange [-n - 0.7:-0.3]; \
    plot for [i=1:n] "+" using (1):(-i):(word(models, i)) every ::0::0 with labels right offset -0.6, 0 tc rgb INK'

# The number of lost connections, from zero: no loss is a value like any other.
losses = 'left = names_width; right = middle - 12; title = "other connections lost"; \
    eval panel; stats data using (far(lost)) nooutput; most = STATS_max > 0 ? STATS_max : 1; eval place; \
    set xrange [-0.02 * most:1.16 * most]; \
    plot data using (0):(at(column("row"))):(get(lost, "median")):(0):(colour(strcol("family"))) with vectors nohead lw 5 lc rgb variable, \
        data using (get(lost, "median")):(at(column("row"))):(colour(strcol("family"))) with points pt 5 ps 0.35 lc rgb variable, \
        data using (near(lost)):(at(column("row"))):(far(lost) - near(lost)):(0) with vectors nohead lw 1.2 lc rgb INK, \
        data using (far(lost)):(at(column("row"))):(sprintf("%.3g", get(lost, "median"))) \
            with labels left offset 0.6, 0 font "sans-serif,9.5" tc rgb INK'

# The time until service is back, on a log axis; "never" has no place on it.
ms(name) = get(back, name) / 1000
times_back = 'left = middle + 12; right = 786; title = "until a new client is served, ms, log scale"; \
    eval panel; stats data using (given(back, "median") ? 1 : 0) nooutput; found = STATS_max > 0; \
    if (found) { \
        stats data using (far(back)) nooutput; most = STATS_max / 1000; \
        stats data using (near(back)) nooutput; least = STATS_min / 1000; \
    } else { least = 1; most = 1 }; \
    eval place; \
    if (found) { \
        set logscale x; set xrange [least / 1.5:1.5 * most * (most / least) ** 0.25]; set xtics ("" 1); \
        do for [e=-3:4] { if (10.0 ** e < 1.5 * most) { set xtics add (sprintf("%g", 10.0 ** e) 10.0 ** e) } }; \
    } else { unset xtics; set xrange [0.5:2] }; \
    plot data using (near(back) / 1000):(at(column("row"))):((far(back) - near(back)) / 1000):(0):(colour(strcol("family"))) \
            with vectors nohead lw 2.5 lc rgb variable, \
        data using (ms("median")):(at(column("row"))):(colour(strcol("family"))) with points pt 7 ps 0.7 lc rgb variable, \
        data using (far(back) / 1000):(at(column("row"))):(digits(ms("median"))) \
            with labels boxed left offset 0.6, 0 font "sans-serif,9.5" tc rgb INK, \
        data using (strcol("metric") eq back && strcol("median") eq "never" ? least : NaN):(at(column("row"))):("never") \
            with labels left offset -0.4, 0 font "sans-serif,9.5" tc rgb GREY'

do for [format in formats] {
    eval open
    eval row_names
    eval losses
    eval times_back
    eval shut
}
