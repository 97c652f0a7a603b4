# mistakes.gp: what does a server that forgets to close or to reap accumulate? One line per server. If its service stopped, a
# cross marks the last number of connections that it served completely, and a line below the panels says when and why.
#
# All servers are of one family, so colour distinguishes them.
stem = "mistakes"
load "style.gp"
panel_pixels = 130
tint(shape) = int(shape) % 4 == 0 ? INK : int(shape) % 4 == 1 ? 0xD55E00 : int(shape) % 4 == 2 ? 0x0072B2 : 0x009E73

# The servers that stopped, by name, with when and why, from the note at the first number of connections that failed.
stops = system("awk -F'\t' '$2 == \"".headline_metric."\" && $7 == \"-\" && $14 ~ /^no valid trial/ && (!($3 in x) || $5 + 0 < x[$3]) { "\
    ."x[$3] = $5 + 0; note[$3] = $14; shape[$3] = $NF } END { for (m in x) { why = note[m]; when = \"no valid trial at \" x[m]; "\
    ."if (match(why, /[0-9]+ connections served/)) when = \"stops after \" substr(why, RSTART, RLENGTH - 7); "\
    ."sub(/^no valid trial(: )?/, \"\", why); sub(/.*; /, \"\", why); print shape[m] \" \" m \" \" when \": \" why } }' ".data." | sort")
newlines(s) = strlen(s) == 0 ? 0 : 1 + (strstrt(s, "\n") > 0 ? newlines(s[strstrt(s, "\n") + 1:*]) : 0)
stop_count = newlines(stops)
first_line(s) = strstrt(s, "\n") > 0 ? s[1:strstrt(s, "\n") - 1] : s
other_lines(s) = strstrt(s, "\n") > 0 ? s[strstrt(s, "\n") + 1:*] : ""
height = top + 3 * (panel_pixels + 46) + 24 + 16 * stop_count + bottom

legend = 'unset label; \
    set label 1 says("question") at screen x(14), y(22) left font "sans-serif,15" tc rgb INK; \
    set label 2 says("below") at screen x(14), y(height - bottom + 10) left font "sans-serif,9.5" tc rgb GREY; \
    set label 3 says("footer") at screen x(14), y(height - 9) left font "sans-serif,9.5" tc rgb GREY; \
    at = 14; \
    do for [i=1:words(models)] { \
        s = word(shapes, i); \
        set label 10+2*i "" at screen x(at + 5), y(top - 42) point pt filled(s) ps 0.9 lc rgb tint(s); \
        set label 11+2*i word(models, i) at screen x(at + 14), y(top - 42) left font "sans-serif,11" tc rgb tint(s); \
        at = at + 40 + 7 * strlen(word(models, i)); \
    }'

# Like `curves` in style.gp, but from zero: no zombie is a value like any other.
value_label(all, i) = sprintf("%s  %s%s", word(all, i + 1), group(floor(real(word(all, i + 2)) + 0.5)), \
    word(all, i + 6) eq "-" ? "" : " (".times(real(word(all, i + 6))).")")
heap = 'whole = ends(metric, 1); early = ends(metric, 0); n = words(whole) / 6; \
    set tmargin at screen y(from); set bmargin at screen y(from + panel_pixels); \
    set lmargin at screen x(64); set rmargin at screen x(curves_right); \
    set label 4 title at graph 0, screen y(from - 14) left tc rgb INK; \
    stats data using (far(metric)) nooutput; high = STATS_max > 0 ? 1.15 * STATS_max : 1; \
    stats data using (column("x")) nooutput; \
    set logscale x; set xrange [STATS_min / 1.08:STATS_max * 1.08]; set yrange [0:high]; \
    set xtics (1 1); do for [i=1:words(says("xs"))] { set xtics add (group(int(word(says("xs"), i))) real(word(says("xs"), i))) }; \
    set ytics autofreq nomirror scale 0.5 tc rgb INK; \
    gap = high * 14.5 / panel_pixels; \
    array place[n + 1]; \
    do for [i=1:n] { v = real(word(whole, 6 * i - 4)); place[i] = i > 1 && place[i - 1] + gap > v ? place[i - 1] + gap : v }; \
    do for [i=n:1:-1] { v = i < n ? place[i + 1] - gap : high; place[i] = place[i] > v ? v : place[i] }; \
    do for [i=1:n] { \
        v = real(word(whole, 6 * i - 4)); s = word(whole, 6 * i - 2); \
        set label 100+i value_label(whole, 6 * i - 6) at graph 1.05, first place[i] left offset 0.9, -0.15 \
            font "sans-serif,11" tc rgb tint(s) point pt filled(s) ps 0.7 lc rgb tint(s); \
        set arrow 100+i from first STATS_max, first v to graph 1.035, first place[i] nohead back lw 0.7 lc rgb tint(s); \
    }; \
    do for [i=1:words(early) / 6] { \
        set label 200+i "" at real(word(early, 6 * i - 1)), real(word(early, 6 * i - 4)) \
            point pt 2 ps 1.8 lw 2 lc rgb tint(word(early, 6 * i - 2)); \
    }; \
    plot for [i=1:words(models)] data using (column("x")):(strcol("model") eq word(models, i) ? get(metric, "median") : NaN) \
            with lines lw 1.5 dt dashed(word(shapes, i)) lc rgb tint(word(shapes, i)), \
        data using (column("x")):(near(metric)):(0):(far(metric) - near(metric)):(tint(column("shape"))) \
            with vectors nohead lw 1.5 lc rgb variable, \
        data using (column("x")):(get(metric, "median")):(filled(column("shape"))):(tint(column("shape"))) \
            with points pt variable ps 0.85 lw 1.5 lc rgb variable'

do for [format in formats] {
    eval open
    eval legend
    metric = "server_descriptors"; title = "open descriptors of the parent"; from = top
    eval heap
    eval panel
    metric = "server_zombies"; title = "zombies: dead children that were never reaped"; from = top + panel_pixels + 46
    eval heap
    eval panel
    metric = "server_memory_kib"; title = "memory of the parent, KiB"; from = top + 2 * (panel_pixels + 46)
    set xlabel "connections served"
    rest = stops
    do for [i=1:stop_count] {
        s = first_line(rest); rest = other_lines(rest)
        set label 300+i s[strstrt(s, " ") + 1:*] at screen x(76), y(from + panel_pixels + 40 + 16 * i) left font "sans-serif,10" \
            tc rgb tint(word(s, 1)) point pt 2 ps 1.2 lw 1.5 lc rgb tint(word(s, 1)) offset 1, 0
    }
    eval heap
    eval shut
}
