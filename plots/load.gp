# load.gp: how does latency grow with the offered load? One line per model: the median and two percentiles against the load, and,
# at one load, the whole distribution against the percentile, whose axis counts nines.
# panels: latency_p50_us latency_p99_us latency_p99_9_us
stem = "load"
load "style.gp"
distribution = stem.".distribution.tsv"
nines(percentile) = -log10(1 - percentile / 100.0)
of(m, name) = strcol("x") eq tails_at && strcol("model") eq m && strcol(name) ne "-" ? column(name) : NaN
line_tone(i) = tone(word(hues, i), word(line_numbers, i))

tails = 'title = "Latency at ".tails_at." % of the capacity, µs"; low = tails_bottom; high = tails_top; most = high; \
    eval units; eval place_curves; set xlabel "percentile"; \
    set label 7 "log scale" at graph 1, screen y(from - 8) right font "sans-serif,9" tc rgb GREY; \
    set xrange [nines(50):nines(tails_rarest)]; eval y_axis; \
    set xtics ("" 0); do for [v in "50 90 99 99.9 99.99 99.999"] { set xtics add (v nines(real(v))) }; \
    do for [i=1:words(tail_ends) / 7] { \
        c = tone(word(tail_ends, 7 * i - 2), word(tail_ends, 7 * i - 1)); at = real(word(tail_ends, 7 * i - 5)); \
        set label 100+i word(tail_ends, 7 * i - 6) at graph 1.05, graph at left offset 0.9, -0.15 font "sans-serif,11" tc rgb c; \
        set arrow 100+i from first nines(real(word(tail_ends, 7 * i - 4))), first real(word(tail_ends, 7 * i - 3)) \
            to graph 1.035, graph at nohead back lw 0.7 lc rgb c; \
    }; \
    plot for [i=1:words(models)] distribution using (nines(of(word(models, i), "percentile"))):(of(word(models, i), "low")): \
            (of(word(models, i), "high")) with filledcurves fs transparent solid 0.08 noborder lc rgb line_tone(i), \
        for [i=1:words(models)] distribution using (nines(of(word(models, i), "percentile"))):(of(word(models, i), "latency_us")) \
            with lines lw 1.5 dt dashed(word(line_numbers, i)) lc rgb line_tone(i)'

has_tails = exists("tail_ends") && words(tail_ends) > 0
height = top + (panels + has_tails) * curve_step + 12 + bottom
do for [format in formats] {
    eval open
    do for [p=1:panels] { from = top + (p - 1) * curve_step; eval curves }
    if (has_tails) { from = top + panels * curve_step + 24; eval tails }
    eval shut
}
