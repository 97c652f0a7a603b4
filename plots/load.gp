# load.gp: how does latency grow with the offered load? One line per model: the median and two percentiles against the load, and,
# at one load, the whole distribution against the percentile, whose axis counts nines.
stem = "load"
load "style.gp"
distribution = stem.".distribution.tsv"
load_shown = "30" # percent of the capacity, for the last panel
percents = "50 90 99 99.9 99.99 99.999"
nines(percentile) = -log10(1 - percentile / 100.0)
of(m, name) = strcol("x") eq load_shown && strcol("model") eq m && strcol(name) ne "-" ? column(name) : NaN
family_of(m) = system(sprintf("awk -F'\t' '$3 == \"%s\" { print $4; exit }' %s", m, data))
last_of(m) = system(sprintf("awk -F'\t' '$2 == \"%s\" && $3 == \"%s\" { p = $4; l = $5 } END { print p, l }' %s", m, load_shown, distribution))

has_tails = int(system(sprintf("awk -F'\t' '$3 == \"%s\" { n++ } END { print n + 0 }' %s 2> /dev/null || echo 0", load_shown, distribution)))

# Names keep a distance: each is pushed above the one below it.
tails = 'order = system(sprintf("awk -F''\t'' ''$3 == \"%s\" { l[$2] = $5 } END { for (m in l) print l[m], m }'' %s | sort -g | cut -d '' '' -f 2", load_shown, distribution)); \
    set tmargin at screen y(from); set bmargin at screen y(from + curve_pixels); \
    set lmargin at screen x(64); set rmargin at screen x(curves_right); \
    set label 4 title at graph 0, screen y(from - 16) left tc rgb INK; \
    stats distribution using (strcol("x") eq load_shown ? column("latency_us") : NaN) nooutput; low = STATS_min; high = STATS_max; \
    stats distribution using (strcol("x") eq load_shown ? nines(column("percentile")) : NaN) nooutput; most = STATS_max; \
    set logscale y; set xrange [nines(50):most]; set yrange [low / 1.12:high * 1.12]; \
    set xtics ("50" nines(50)); do for [i=1:words(percents)] { set xtics add (word(percents, i) nines(real(word(percents, i)))) }; \
    set ytics ("1" 1) nomirror scale 0.5 tc rgb INK; \
    do for [e=0:9:y_step(high / low, curve_pixels)] { do for [k in y_marks(high / low, curve_pixels)] { v = k * 10.0 ** e; set ytics add (tick(v) v) } }; \
    gap = log(1.2544 * high / low) * 14.5 / curve_pixels; beneath = log(low / 1.12) - gap; n = words(order); \
    do for [i=1:n] { \
        m = word(order, i); end_x = nines(real(word(last_of(m), 1))); end_y = real(word(last_of(m), 2)); \
        p = log(end_y) > beneath + gap ? log(end_y) : beneath + gap; \
        highest = log(1.12 * high) - (n - i) * gap; p = p < highest ? p : highest; beneath = p; \
        do for [k=1:words(models)] { if (word(models, k) eq m) { s = int(word(shapes, k)) } }; \
        c = tone(family_of(m), s); \
        set label 100+i m.sprintf("  %s", digits(end_y)) at graph 1.05, first exp(p) left offset 0.9, -0.15 font "sans-serif,11" tc rgb c; \
        set arrow 100+i from first end_x, first end_y to graph 1.035, first exp(p) nohead back lw 0.7 lc rgb c; \
    }; \
    plot for [i=1:words(models)] distribution using (nines(of(word(models, i), "percentile"))):(of(word(models, i), "low")): \
            (of(word(models, i), "high")) with filledcurves fs transparent solid 0.15 noborder \
            lc rgb tone(family_of(word(models, i)), word(shapes, i)), \
        for [i=1:words(models)] distribution using (nines(of(word(models, i), "percentile"))):(of(word(models, i), "latency_us")) \
            with lines lw 1.5 dt dashed(word(shapes, i)) lc rgb tone(family_of(word(models, i)), word(shapes, i))'

tick(v) = v < 10 ? sprintf("%g", v) : v < 1e6 ? group(v) : sprintf("%g s", v / 1e6)
linear_x = 1
curve_pixels = 190
step = curve_pixels + 56
height = top + 4 * step + 44 + bottom
do for [format in formats] {
    eval open
    metric = "latency_p50_us"; title = "median latency, µs"; from = top; eval curves
    eval panel
    metric = "latency_p99_us"; title = "99th percentile, µs"; from = top + step; eval curves
    eval panel
    metric = "latency_p99_9_us"; title = "99.9th percentile, µs"; from = top + 2 * step
    set xlabel says("vary"); eval curves
    eval panel
    title = "latency at ".load_shown." % of the capacity, µs"; from = top + 3 * step + 36
    if (has_tails) { set xlabel "percentile"; eval tails }
    eval shut
}
