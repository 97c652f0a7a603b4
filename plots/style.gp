# style.gp: shared by all figures. A figure sets `stem` and loads this file; it reads <stem>.tsv (numbers) and <stem>.words
# (text), so that `gnuplot <stem>.gp` in a run's plots/ redraws <stem>.svg and <stem>.png.
#
# <stem>.tsv has summary.tsv's columns and two more: row (1 = best headline metric, at the largest x) and shape (0, 1, ... within
# the family). The rows of one line are consecutive, in the order of x. `-` means "not available". Colour shows the family
# (Okabe-Ito: safe for colour-blind readers); a hollow point is a suspect number, or one whose ratio is undecided. Each row or line has its name, and lines of a
# family differ in points and dashes, so that nothing depends on colour alone.

data = stem.".tsv"
says(key) = system("sed -n 's/^".key." //p' ".stem.".words")
lines(key) = int(system("grep -c '^".key." ' ".stem.".words || true"))
baseline = says("baseline"); models = says("models"); shapes = says("shapes"); headline_metric = says("metric") # read once

set datafile separator tab
set datafile columnheaders
set encoding utf8

# ---- reading a row: NaN is drawn as nothing -------------------------------------------------------------------
only = "" # the x to draw, if not all
drawn(x) = only eq "" || x eq only
is_kind(x) = strstrt("abcdefghijklmnopqrstuvwxyz", x[1:1]) > 0 # and not a number
given(metric, name) = strcol("metric") eq metric && drawn(strcol("x")) && strcol(name) ne "-" && strcol(name) ne "never"
get(metric, name) = given(metric, name) ? column(name) : NaN
far(metric) = given(metric, "high") ? column("high") : get(metric, "median")
near(metric) = given(metric, "low") ? column("low") : get(metric, "median")
is_hollow(validity, verdict) = validity eq "suspect" || verdict eq "undecided"
filled(shape) = 2 * (int(shape) % 5) + 5
# From the sixth line of a family the points repeat, in a darker tone: 5/8 of each of red, green and blue.
tone(family, shape) = int(shape) < 5 ? colour(family) : ((colour(family) >> 1) & 0x7F7F7F) + ((colour(family) >> 3) & 0x1F1F1F)
dashed(shape) = word("1 2 4 3", int(shape) % 4 + 1) + 0

colour(family) = family eq "iterative" ? 0x000000 : \
    family eq "process" || family eq "stream" ? 0xD55E00 : \
    family eq "thread" ? 0x0072B2 : \
    family eq "multiplexed" || family eq "shared" ? 0x009E73 : \
    family eq "message" ? 0xE69F00 : \
    family eq "spinning" ? 0x56B4E9 : \
    family eq "peer" ? 0xCC79A7 : 0x777777
INK = 0x222222
GREY = 0x666666
PALE = 0xDDDDDD

# ---- numbers as text -----------------------------------------------------------------------------------------
group(x) = x < 1000 ? sprintf("%d", x) : group(floor(x / 1000.0)).sprintf(",%03d", int(x) % 1000)
digits(x) = x == 0 ? "0" : x >= 99.95 ? group(floor(x + 0.5)) : sprintf(x >= 9.995 ? "%.1f" : x >= 0.9995 ? "%.2f" : "%.3f", x)
tick(v) = v < 10 ? sprintf("%g", v) : group(v)
times(r) = sprintf(r >= 9.95 ? "%.0f×" : r >= 1.995 ? "%.1f×" : r >= 0.0995 ? "%.2f×" : "%.3f×", r)
written(unit) = digits(column("median")).unit.(strcol("ratio") eq "-" ? "" : " (".times(column("ratio")).")")

# ---- the sheet: `height` in pixels at a width of 800, the PNG twice as large ----------------------------------
# x and y count pixels from the upper left corner.
x(pixels) = pixels / 800.0
y(pixels) = 1 - pixels / (1.0 * height)
top = 18 + 20 * lines("question") + 46
bottom = 14 * lines("below") + 26

# A figure is drawn once per format. PDF and TeX share the sheet with SVG: 800 pixels are 8.33 inches, 96 to the inch.
formats = "svg png pdf tex"
file_of(format) = format eq "tex" ? stem."_latex.tex" : stem.".".format
open = 'if (format eq "svg") { \
        set terminal svg size 800,height font "sans-serif,12" background "white" rounded noenhanced name stem; \
    }; \
    if (format eq "png") { \
        set terminal pngcairo size 1600,2*height font "sans-serif,12" fontscale 1.45 linewidth 2 pointscale 2 rounded noenhanced; \
    }; \
    if (format eq "pdf") { \
        set terminal pdfcairo size 800/96.0,height/96.0 font "sans-serif,12" fontscale 0.5625 rounded noenhanced; \
    }; \
    if (format eq "tex") { \
        set terminal cairolatex pdf size 800/96.0,height/96.0 font ",9" fontscale 0.75 rounded; \
    }; \
    set output file_of(format); \
    set multiplot; \
    eval panel; \
    set label 1 says("question") at screen x(14), y(22) left font "sans-serif,15" tc rgb INK; \
    set label 2 says("below") at screen x(14), y(height - bottom + 10) left font "sans-serif,9.5" tc rgb GREY; \
    set label 3 says("footer") at screen x(14), y(height - 9) left font "sans-serif,9.5" tc rgb GREY; \
    at = 14; \
    do for [i=1:words(says("families"))] { \
        f = word(says("families"), i); \
        set label 10+2*i "" at screen x(at + 5), y(top - 42) point pt 7 ps 0.9 lc rgb colour(f); \
        set label 11+2*i f at screen x(at + 14), y(top - 42) left font "sans-serif,11" tc rgb INK; \
        at = at + 36 + 6 * strlen(f); \
    }'
# The PDF gets a fixed time, so that the same numbers give the same file. Characters that TeX treats as markup are escaped.
timeless = "sed -i 's/CreationDate (D:[0-9]\\{14\\}/CreationDate (D:19700101000000/' "
literal = "sed -i '/strut{}\\|widthof{\\|centering{/{s/[_%&#]/\\\\&/g;s/\\\\%$/%/}' "
# Removes empty groups, indentation, and the plot commands, which a browser would show as tooltips.
slim = "sed -i -z -E 's/<title>[^<]*<[/]title>//g; s/<g fill[^>]*>\\n<[/]g>\\n//g; s/\\n\\t+/\\n/g; s/ stroke-linecap=\"round\" stroke-linejoin=\"round\"//g; s/  *font-family=\"sans-serif\"  */ /g; s/<svg/<svg font-family=\"sans-serif\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/' "
shut = 'unset multiplot; unset output; \
    if (format eq "svg") { edits = slim.stem.".svg" }; \
    if (format eq "png") { edits = "true" }; \
    if (format eq "pdf") { edits = timeless.stem.".pdf" }; \
    if (format eq "tex") { edits = timeless.stem."_latex.pdf && ".literal.stem."_latex.tex" }; \
    if (system("export LC_ALL=C; ".edits." && echo done") ne "done") { exit status 1 }'

# Each panel resets everything, so that it inherits no labels or ticks.
panel = 'set autoscale; unset label; unset arrow; unset object; unset key; unset logscale; \
    set border 1 lc rgb GREY; \
    set xtics nomirror tc rgb INK scale 0.5 autofreq format "%h"; unset ytics; unset mxtics; unset mytics; \
    set xlabel "" tc rgb INK; set ylabel "" tc rgb INK; \
    set grid xtics ytics lt 1 lw 0.6 lc rgb PALE; \
    set style textbox opaque noborder fillcolor rgb "white" margins 0.4, 0.4'

# ---- the dot plot: one row per model, `metric` to the right, `unit` after the value --------------------------------
# The axis begins at zero, unless the largest value would squeeze the others together: then it is logarithmic. Panels that
# show one x each have the same axis.
far_apart = 8
row_pixels = 22
rows = real(system("awk -F'\t' 'NR > 1 && $(NF - 1) > n { n = $(NF - 1) } END { print n + 0 }' ".data))
extent = 'shown = only; only = ""; found = 0; base = 0; \
    stats data using (given(metric, "median") ? 1 : 0) nooutput; \
    if (STATS_max > 0) { \
        stats data using (far(metric)) nooutput; found = STATS_max; \
        stats data using (near(metric)) nooutput; least = STATS_min; \
        only = shown; \
        stats data using (given(metric, "median") && strcol("model") eq baseline && !is_kind(strcol("x")) ? column("median") : 0) nooutput; \
        base = STATS_max; \
    }; \
    only = shown'
linear = 'end = found / share; \
    set xrange [0:end]; \
    step = 10.0 ** floor(log10(found)); \
    step = found / step < 2 ? step / 2 : found / step < 5 ? step : 2 * step; \
    set xtics 0, step, step; set xtics ("0" 0); \
    do for [i=1:int((unit eq " %" ? 100 : ceil(found / step) * step < end ? ceil(found / step) * step : end) / step + 1e-9)] { set xtics add (tick(step * i) step * i) }'
logarithmic = 'begin = least / 1.3; decades = log10(found / begin); \
    set logscale x; set xrange [begin:begin * 10 ** (decades / share)]; \
    decade = (right - left) * share / decades; widest = 10 + 7 * strlen(tick(10.0 ** floor(log10(found)))); \
    marks = decade * 0.3 > widest ? "1 2 5" : decade * 0.477 > widest ? "1 3" : "1"; \
    set xtics ("" 1); \
    do for [e=floor(log10(begin)):ceil(log10(found)):decade > widest ? 1 : 2] { do for [k in marks] { \
        v = k * 10.0 ** e; if (v > begin && v < 1.5 * found) { set xtics add (tick(v) v) }; \
    } }'
# `left` and `right` are the panel's edges in pixels; the text after a value needs 112 of them.
dots = 'eval panel; eval extent; share = 1 - 112.0 / (right - left); \
    set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (rows + 0.4)); \
    set lmargin at screen x(left); set rmargin at screen x(right); \
    set yrange [-rows - 0.7:-0.3]; \
    if (found == 0) { \
        set label 4 title at graph 0, screen y(top - 21) left tc rgb INK; \
        set label 5 "not measured" at graph 0.5, 0.5 center tc rgb GREY; \
        unset xtics; set xrange [0:1]; plot NaN; \
    } else { \
        if (least > 0 && found > far_apart * least) { eval logarithmic; title = title.", log scale" } else { eval linear }; \
        set label 4 title at graph 0, screen y(top - 21) left tc rgb INK; \
        if (base > 0) { \
            set arrow from base, graph 0 to base, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY; \
            set label 5 baseline at base, screen y(top - 6) center font "sans-serif,9" tc rgb GREY; \
        }; \
        plot data using (far(metric)):(-column("row")):(written(unit)) \
                with labels boxed left offset 0.8, 0 font "sans-serif,11" tc rgb INK, \
            data using (near(metric)):(-column("row")):(far(metric) - near(metric)):(0):(colour(strcol("family"))) \
                with vectors nohead lw 2.5 lc rgb variable, \
            data using (is_hollow(strcol("validity"), strcol("verdict")) ? get(metric, "median") : NaN):(-column("row")) \
                with points pt 7 ps 0.85 lc rgb "white", \
            data using (get(metric, "median")):(-column("row")):(is_hollow(strcol("validity"), strcol("verdict")) ? 6 : 7):(colour(strcol("family"))) \
                with points pt variable ps 0.85 lw 1.5 lc rgb variable; \
    }'
# The models' names are in a panel of their own, on the left. If x is a word, it is part of the name.
row_name(model, x) = is_kind(x) ? model.", ".x : model
names = 'set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (rows + 0.4)); \
    set lmargin at screen x(0); set rmargin at screen x(names_width); \
    unset border; unset xtics; unset grid; set xrange [0:1]; set yrange [-rows - 0.7:-0.3]; \
    plot data using (strcol("metric") eq headline_metric && drawn(strcol("x")) ? 1 : NaN):(-column("row")):(row_name(strcol("model"), strcol("x"))) \
        with labels right offset -0.6, 0 tc rgb INK'
names_width = 24 + 7.2 * int(system("awk -F'\t' 'NR > 1 && $4 != \"derived\" { l = length($3) + ($5 ~ /^[a-z]/ ? 2 + length($5) : 0); if (l > n) n = l } END { print n + 0 }' ".data))

# A whole figure: names, and two panels of dots. Set metric, title, unit and, if a panel shows a single x, only; each with _1 for
# the left panel and _2 for the right one.
only_1 = ""; only_2 = ""
two_panels = 'height = top + row_pixels * (rows + 0.4) + 36 + bottom; \
    middle = names_width + 0.5 * (800 - names_width); \
    do for [format in formats] { \
        only = only_1; eval open; eval names; \
        left = names_width; right = middle - 12; \
        metric = metric_1; title = title_1; unit = unit_1; eval dots; \
        left = middle + 12; right = 786; only = only_2; \
        metric = metric_2; title = title_2; unit = unit_2; eval dots; \
        eval shut; \
    }'

# All lines, from the lowest end to the highest: six words each (model value family shape x ratio). With whole = 1 those that
# reach the largest x, with whole = 0 the others, which are named where they stop.
ends(metric, whole) = system(sprintf("awk -F'\t' '$2 == \"%s\" && $7 != \"-\" { if ($5 > most) most = $5 + 0; "\
    ."x[$3] = $5 + 0; rest[$3] = $3 \" \" $7 \" \" $4 \" \" $NF; ratio[$3] = $10 } END { for (m in x) "\
    ."if ((x[m] == most) == %d) print rest[m], x[m], ratio[m] }' %s | sort -g -k 2,2", metric, whole, data))
end_label(all, i) = word(all, i + 1).sprintf("  %s", digits(real(word(all, i + 2)))).\
    (word(all, i + 6) eq "-" ? "" : " (".times(real(word(all, i + 6))).")")

# Names keep a distance: the mean of pushing up from below and down from above, clipped to the panel.
curves_right = 800 - names_width - 108
# The ticks of a decade, as many as fit, and the number of decades between labelled ones.
y_marks(ratio, pixels) = ratio < 4 ? "1 1.5 2 3 4 5 6 7 8" : ratio < 12 ? "1 2 3 5 7" : pixels / log10(ratio) > 50 ? "1 2 5" : "1"
y_step(ratio, pixels) = ratio > 10 ? ceil(16 * log10(ratio) / pixels) : 1
linear_x = 0 # 1: linear x from 0
curves = 'whole = ends(metric, 1); early = ends(metric, 0); n = words(whole) / 6; \
    set tmargin at screen y(from); set bmargin at screen y(from + curve_pixels); \
    set lmargin at screen x(64); set rmargin at screen x(curves_right); \
    set label 4 title at graph 0, screen y(from - 16) left tc rgb INK; \
    if (n == 0) { \
        set label 5 "not measured" at graph 0.5, 0.5 center tc rgb GREY; \
        unset xtics; set xrange [0:1]; set yrange [0:1]; plot NaN; \
    } else { \
        stats data using (near(metric)) nooutput; low = STATS_min; \
        stats data using (far(metric)) nooutput; high = STATS_max; \
        stats data using (column("x")) nooutput; \
        set logscale y; if (!linear_x) { set logscale x }; \
        longest = 0; do for [i=1:words(early) / 6] { l = strlen(word(early, 6 * i - 5)); longest = l > longest ? l : longest }; \
        room = longest > 0 ? (16 + 7.2 * longest) / (curves_right - 64) : 0.04; \
        set xrange [STATS_min / (1.08 * STATS_max / STATS_min) ** (room / (1 - room)):STATS_max * 1.08]; \
        if (linear_x) { set xrange [0:STATS_max] }; \
        set yrange [low / 1.12:high * 1.12]; \
        set xtics (1 1); do for [i=1:words(says("xs"))] { set xtics add (tick(real(word(says("xs"), i))) real(word(says("xs"), i))) }; \
        set ytics ("1" 1) nomirror scale 0.5 tc rgb INK; \
        do for [e=-2:9:y_step(high / low, curve_pixels)] { do for [k in y_marks(high / low, curve_pixels)] { \
            v = k * 10.0 ** e; set ytics add (tick(v) v) \
        } }; \
        gap = log(1.2544 * high / low) * 14.5 / curve_pixels; \
        array up[n]; array down[n]; \
        do for [i=1:n] { v = log(real(word(whole, 6 * i - 4))); up[i] = i > 1 && up[i - 1] + gap > v ? up[i - 1] + gap : v }; \
        do for [i=n:1:-1] { v = log(real(word(whole, 6 * i - 4))); down[i] = i < n && down[i + 1] - gap < v ? down[i + 1] - gap : v }; \
        do for [i=1:n] { up[i] = 0.5 * (up[i] + down[i]) }; \
        do for [i=n:1:-1] { v = i < n ? up[i + 1] - gap : log(1.12 * high); up[i] = up[i] > v ? v : up[i] }; \
        do for [i=1:n] { v = i > 1 ? up[i - 1] + gap : log(low / 1.12); up[i] = up[i] < v ? v : up[i] }; \
        do for [i=1:n] { \
            v = real(word(whole, 6 * i - 4)); p = exp(up[i]); c = tone(word(whole, 6 * i - 3), word(whole, 6 * i - 2)); \
            set label 100+i end_label(whole, 6 * i - 6) at graph 1.05, first p left offset 0.9, -0.15 font "sans-serif,11" tc rgb c \
                point pt filled(word(whole, 6 * i - 2)) ps 0.7 lc rgb c; \
            set arrow 100+i from first STATS_max, first v to graph 1.035, first p nohead back lw 0.7 lc rgb c; \
        }; \
        array beside[words(early) / 6 + 1]; \
        do for [i=1:words(early) / 6] { \
            v = real(word(early, 6 * i - 4)); at = real(word(early, 6 * i - 1)); \
            do for [k=1:i - 1] { if (real(word(early, 6 * k - 1)) == at && v < beside[k] * exp(gap)) { v = beside[k] * exp(gap) } }; beside[i] = v; \
            c = tone(word(early, 6 * i - 3), word(early, 6 * i - 2)); \
            if (at == STATS_min) { set label 200+i word(early, 6 * i - 5) at at, v right offset -0.8, 0 font "sans-serif,11" tc rgb c front boxed } \
            else { set label 200+i word(early, 6 * i - 5) at at, v left offset 0.8, 0.7 font "sans-serif,11" tc rgb c front boxed }; \
        }; \
        plot for [i=1:words(models)] data using (column("x")):(strcol("model") eq word(models, i) ? get(metric, "median") : NaN):(tone(strcol("family"), column("shape"))) \
                with lines lw 1.5 dt dashed(word(shapes, i)) lc rgb variable, \
            data using (column("x")):(near(metric)):(0):(far(metric) - near(metric)):(tone(strcol("family"), column("shape"))) \
                with vectors nohead lw 1.5 lc rgb variable, \
            data using (column("x")):(is_hollow(strcol("validity"), strcol("verdict")) ? get(metric, "median") : NaN):(filled(column("shape"))) \
                with points pt variable ps 0.85 lc rgb "white", \
            data using (column("x")):(get(metric, "median")):(filled(column("shape")) - is_hollow(strcol("validity"), strcol("verdict"))):(tone(strcol("family"), column("shape"))) \
                with points pt variable ps 0.85 lw 1.5 lc rgb variable; \
    }'

# A whole figure of two such plots, one above the other. Set metric and title, each with _1 and _2.
two_curves = 'curve_pixels = 15 * words(models) > 260 ? 15 * words(models) : 260; \
    height = top + 2 * curve_pixels + 64 + 58 + bottom; \
    do for [format in formats] { \
        eval open; \
        metric = metric_1; title = title_1; from = top; eval curves; \
        eval panel; \
        metric = metric_2; title = title_2; from = top + curve_pixels + 64; \
        set xlabel says("vary"); eval curves; \
        eval shut; \
    }'
