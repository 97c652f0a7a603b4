# style.gp: shared by all figures. A figure sets `stem` and loads this file. <stem>.words has its texts and axes, as variables,
# and <stem>.tsv its numbers, so that `gnuplot <stem>.gp` in a run's plots/ redraws it in every format.
#
# <stem>.tsv has a row for each number; `-` means "not available". The rows of one line are consecutive, in the order of x. Colour
# says who serves, a square says that it is a pool, and a triangle that it is not of this suite. No conclusion may rest on a hollow
# mark. Each row or line has its name, and lines of one colour differ in dashes and tone, so that nothing depends on colour alone.

load stem.".words"
data = stem.".tsv"
set datafile separator tab
set datafile columnheaders
set encoding utf8

# ---- marks ---------------------------------------------------------------------------------------------------
INK = 0x222222
GREY = 0x666666
PALE = 0xDDDDDD
colour(hue) = hue eq "p" ? 0xC74B00 : hue eq "t" ? 0x0068AD : hue eq "m" ? 0x00815F : hue eq "l" ? 0xA94D84 : 0x59616A
fade(v) = int(255 - 0.45 * (255 - v))
pale(c) = (fade(c >> 16) << 16) + (fade((c >> 8) & 0xFF) << 8) + fade(c & 0xFF)
dark(c) = ((c >> 1) & 0x7F7F7F) + ((c >> 3) & 0x1F1F1F)
# Eight lines of one colour and shape: four dashes, each in two tones.
tone(hue, line) = (int(line) + int(line) / 4) % 2 ? dark(colour(hue)) : colour(hue)
dashed(line) = word("1 2 4 3", int(line) % 4 + 1) + 0
# The column pool: 1 for a pool, -1 for a server that is not of this suite.
mark(pool, hollow) = 7 - 2 * int(pool) - int(hollow)

# ---- reading a row: NaN is drawn as nothing -------------------------------------------------------------------
metric = ""; only = "" # what the panel shows; the x, if it is one
is_here(m) = strcol("metric") eq m && (only eq "" || strcol("x") eq only)
get(m, name) = is_here(m) && strcol(name) ne "-" ? column(name) : NaN
# The ends of an interval, on the axis. What never comes is at its upper end.
lowest = -1e99; highest = 1e99
within(v) = v < lowest ? lowest : v > highest ? highest : v
never(m) = is_here(m) && strcol("label") eq "never"
far(m) = never(m) ? most : within(strcol("high") eq "-" ? get(m, "value") : get(m, "high"))
near(m) = within(strcol("low") eq "-" ? get(m, "value") : get(m, "low"))
of_panel(name, p) = value(name."_".p)

# ---- ticks -----------------------------------------------------------------------------------------------------
title = ""; has_units = 0
group(x) = x < 1000 ? sprintf("%d", x) : group(floor(x / 1000.0)).sprintf(",%03d", int(x) % 1000)
duration(v) = v < 1000 ? sprintf("%g µs", v) : v < 1e6 ? sprintf("%g ms", v / 1e3) : sprintf("%g s", v / 1e6)
tick(v) = has_units ? duration(v) : v < 10 ? sprintf("%g", v) : group(v)
# A time that reaches a millisecond: each tick has its unit, as the values do, and the title has none.
reaches_ms(title, most) = strstrt(title, ", µs") > 0 && most >= 1000
without_unit(title) = title[1:strstrt(title, ", µs") - 1]
units = 'has_units = reaches_ms(title, most); if (has_units) { title = without_unit(title) }'
# How many pixels a tick needs, with the gap to the next one.
wide_as(v) = 5 + 7 * strlen(tick(v))

# ---- the sheet: `height` in pixels at a width of 800, the PNG twice as large ----------------------------------
# x and y count pixels from the upper left corner.
x(pixels) = pixels / 800.0
y(pixels) = 1 - pixels / (1.0 * height)
legend_at = 22 + 20 * question_lines
top = legend_at + (condition_1 eq "" ? 42 : 58)
bottom = 14 * below_lines + 26

# A figure is drawn once per format. PDF and TeX share the sheet with SVG: 800 pixels are 8.33 inches, 96 to the inch.
formats = "svg png pdf tex"
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
    set output format eq "tex" ? stem."_latex.tex" : stem.".".format; \
    set multiplot; \
    eval panel; \
    set label 1 question at screen x(14), y(22) left font "sans-serif,15" tc rgb INK; \
    set label 2 below at screen x(14), y(height - bottom + 10) left font "sans-serif,9.5" tc rgb GREY; \
    set label 3 footer at screen x(14), y(height - 9) left font "sans-serif,9.5" tc rgb GREY; \
    at = 14; \
    do for [i=1:words(legend) / 2] { \
        set label 10+2*i "" at screen x(at + 5), y(legend_at) point pt 7 ps 0.9 lc rgb colour(word(legend, 2 * i - 1)); \
        set label 11+2*i word(legend, 2 * i) at screen x(at + 14), y(legend_at) left font "sans-serif,11" tc rgb INK; \
        at = at + 36 + 6 * strlen(word(legend, 2 * i)); \
    }; \
    if (has_pool) { \
        set label 8 "" at screen x(at + 5), y(legend_at) point pt 5 ps 0.9 lc rgb GREY; \
        set label 9 "pool" at screen x(at + 14), y(legend_at) left font "sans-serif,11" tc rgb INK; \
        at = at + 60; \
    }; \
    if (has_foreign) { \
        set label 30 "" at screen x(at + 5), y(legend_at) point pt 9 ps 0.9 lc rgb GREY; \
        set label 31 "not of this suite" at screen x(at + 14), y(legend_at) left font "sans-serif,11" tc rgb INK; \
    }; \
    set margins 0, 0, 0, 0; unset border; unset xtics; set xrange [0:1]; set yrange [0:1]; plot NaN'
# The PDF gets a fixed time, so that the same numbers give the same file. Characters that TeX treats as markup are escaped. Of the
# SVG, empty groups, indentation and the plot commands go, which a browser would show as tooltips.
timeless = "sed -i 's/CreationDate (D:[0-9]\\{14\\}/CreationDate (D:19700101000000/' ".stem.".pdf ".stem."_latex.pdf"
literal = "sed -i '/strut{}\\|widthof{\\|centering{/{s/[_%&#]/\\\\&/g;s/\\\\%$/%/}' ".stem."_latex.tex"
slim = "sed -i -z -E 's/<title>[^<]*<[/]title>//g; s/<g fill[^>]*>\\n<[/]g>\\n//g; s/\\n\\t+/\\n/g; s/ stroke-linecap=\"round\" stroke-linejoin=\"round\"//g; s/  *font-family=\"sans-serif\"  */ /g; s/<svg/<svg font-family=\"sans-serif\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/' ".stem.".svg"
shut = 'unset multiplot; unset output; \
    if (format eq word(formats, words(formats))) { \
        if (system("export LC_ALL=C; ".slim." && ".timeless." && ".literal." && echo done") ne "done") { exit status 1 } \
    }'

# Each panel resets everything, so that it inherits no labels or ticks.
panel = 'set autoscale; unset label; unset arrow; unset object; unset key; unset logscale; \
    set border 1 lc rgb GREY; \
    set xtics nomirror tc rgb INK scale 0.5 autofreq format "%h"; unset ytics; unset mxtics; unset mytics; \
    set xlabel "" tc rgb INK; set ylabel "" tc rgb INK; \
    set grid xtics ytics lt 1 lw 0.6 lc rgb PALE; \
    set style textbox opaque noborder fillcolor rgb "white" margins 0.4, 0.4'
nothing = 'set label 5 "not measured" at graph 0.5, 0.5 center tc rgb GREY; \
    unset xtics; set xrange [0:1]; set yrange [0:1]; plot NaN'

# ---- dots: a row for each model, the value as text to its right ------------------------------------------------------
# The axis begins at zero, unless the largest value would squeeze the others together: then it is logarithmic. A condition that
# is a word has its own row, so rows are closer.
far_apart = 8
row_pixels = rows > 50 ? 13 : strstrt(row_names, ", ") > 0 ? 17 : 22
row_font = rows > 50 ? "sans-serif,10" : "sans-serif,11"
rows_pixels = row_pixels * (rows + 0.4)
names_width = 30 + (rows > 50 ? 6.0 : 7.2) * longest_name
# The next larger of 1, 2, 5, 10 ...
larger(step) = step * (abs(step / 10.0 ** floor(log10(step) + 1e-9) - 2) < 0.1 ? 2.5 : 2)
linear = 'begin = 0; end = most / share; \
    step = 10.0 ** floor(log10(most)); \
    step = most / step < 2 ? step / 2 : most / step < 5 ? step : 2 * step; \
    do for [i=1:2] { if ((right - left) * step / end < wide_as(ceil(most / step) * step)) { step = larger(step) } }; \
    set xrange [0:end]; set xtics 0, step, step; set xtics ("0" 0); \
    last = strstrt(title, "%") ? 100 : ceil(most / step) * step < end ? ceil(most / step) * step : end; \
    do for [i=1:int(last / step + 1e-9)] { set xtics add (tick(step * i) step * i) }'
logarithmic = 'begin = least / 1.3; decades = log10(most / begin); \
    set logscale x; set xrange [begin:begin * 10 ** (decades / share)]; \
    decade = (right - left) * share / decades; marks = ""; e_step = 1; \
    do for [m in "125 13 1"] { \
        fits = marks eq ""; edge = -100; \
        do for [e=floor(log10(begin)):ceil(log10(most))] { do for [k=1:strlen(m)] { \
            v = real(m[k:k]) * 10.0 ** e; \
            if (v > begin && v < 1.5 * most) { \
                at = decade * log10(v / begin); half = wide_as(v) / 2.0; fits = fits && at - half > edge; edge = at + half; \
            }; \
        } }; \
        if (fits) { marks = m }; \
    }; \
    if (marks eq "") { marks = "1"; e_step = 2 }; \
    set xtics ("" 1); \
    do for [e=e_step == 1 ? floor(log10(begin)) : ceil(log10(begin)):ceil(log10(most)):e_step] { do for [k=1:strlen(marks)] { \
        v = real(marks[k:k]) * 10.0 ** e; if (v > begin && v < 1.5 * most) { set xtics add (tick(v) v) }; \
    } }; \
    do for [e=floor(log10(begin)):ceil(log10(most))] { do for [k=1:e_step == 1 ? 9 : 1] { v = k * 10.0 ** e; if (v > begin && v < 1.5 * most) { set xtics add ("" v 1) } } }'
# `left` and `right` are the edges of the panel p in pixels; the text after a value needs 122 of them.
dots = 'metric = of_panel("metric", p); only = of_panel("x", p); title = of_panel("title", p); \
    least = of_panel("least", p); most = of_panel("most", p); base = of_panel("base", p); \
    eval panel; eval units; share = 1 - 122.0 / (right - left); \
    set tmargin at screen y(top); set bmargin at screen y(top + rows_pixels); \
    set lmargin at screen x(left); set rmargin at screen x(right); \
    set label 4 condition_1 eq "" || p == 1 ? title : "" at graph 0, screen y(legend_at + 21) left tc rgb INK; \
    set label 6 of_panel("condition", p) at graph 0, screen y(legend_at + 37) left tc rgb INK; \
    if (most != most) { eval nothing } else { \
        most = most > 0 ? most : 1; \
        if (least > 0 && most > far_apart * least) { \
            eval logarithmic; lowest = begin; set label 7 "log scale" at screen x(right), screen y(top - 6) right font "sans-serif,9" tc rgb GREY; \
        } else { eval linear; lowest = 0 }; \
        set yrange [-rows - 0.7:-0.3]; \
        if (base > 0) { \
            set arrow from base, graph 0 to base, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY; \
            set label 5 baseline at base, screen y(top - 6) center font "sans-serif,9" tc rgb GREY; \
        }; \
        plot data using (far(metric)):(-column("row")):(strcol("label")):(column("hollow") > 0 || never(metric) ? GREY : INK) \
                with labels boxed left offset 0.8, 0 font row_font tc rgb variable, \
            data using (near(metric)):(-column("row")):(far(metric) - near(metric)):(0):(pale(colour(strcol("hue")))) \
                with vectors nohead lw 3 lc rgb variable, \
            data using (column("hollow") > 0 ? get(metric, "value") : NaN):(-column("row")):(mark(column("pool"), 0)) \
                with points pt variable ps 0.85 lc rgb "white", \
            data using (get(metric, "value")):(-column("row")):(mark(column("pool"), column("hollow"))):(colour(strcol("hue"))) \
                with points pt variable ps 0.85 lw 1.5 lc rgb variable; \
    }'
# The names of the rows, left of the panels.
names = 'eval panel; set tmargin at screen y(top); set bmargin at screen y(top + rows_pixels); \
    set lmargin at screen x(0); set rmargin at screen x(names_width); \
    unset border; unset xtics; unset grid; set xrange [0:1]; set yrange [-rows - 0.7:-0.3]; \
    do for [i=1:words(row_names) / 2] { \
        set label 50+i word(row_names, 2 * i) at graph 1, first -real(word(row_names, 2 * i - 1)) right offset -1.3, 0 font rows > 50 ? row_font : "sans-serif,12" tc rgb INK; \
    }; \
    plot NaN'

# ---- lines: each ends at its name and last value ---------------------------------------------------------------------
curves_right = 800 - names_width - 124
# The ticks of a decade, as many as fit, and the number of decades between labelled ones.
y_marks(ratio) = ratio < 2 ? "1 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2 2.2 2.5 2.8 3 3.5 4 4.5 5 5.5 6 7 8 9" : ratio < 4 ? "1 1.5 2 3 4 5 6 7 8" : ratio < 12 ? "1 2 3 5 7" : curve_pixels / log10(ratio) > 50 ? "1 2 5" : "1"
y_step(ratio) = ratio > 10 ? ceil(16 * log10(ratio) / curve_pixels) : 1
y_axis = 'set yrange [low:high]; set ytics nomirror scale 0.5 tc rgb INK; \
    if (low > 0) { \
        set logscale y; set ytics ("1" 1); \
        do for [e=-2:9:y_step(high / low)] { do for [k in y_marks(high / low)] { v = k * 10.0 ** e; set ytics add (tick(v) v) } }; \
    } else { set ytics autofreq }'
# Names left of lines that stop at the lowest x need room there.
x_axis = 'longest = 0; \
    do for [i=1:words(stops) / 7] { if (real(word(stops, 7 * i - 4)) == x_least) { \
        l = strlen(word(stops, 7 * i - 6)); longest = l > longest ? l : longest; \
    } }; \
    room = longest > 0 ? (16 + 7.2 * longest) / (curves_right - 64) : 0.04; \
    if (is_linear_x) { set xrange [x_least - (x_most - x_least) * room / (1 - room):x_most] } else { \
        set logscale x; set xrange [x_least / (1.08 * x_most / x_least) ** (room / (1 - room)):x_most * 1.08]; \
    }; \
    set xtics ("" 0); do for [v in xs] { set xtics add (group_x(v) real(v)) }'
group_x(v) = strstrt(x_title, "bytes") > 0 && real(v) >= 1024 ? (real(v) < 2 ** 20 ? sprintf("%g KiB", v / 1024.0) : sprintf("%g MiB", v / 2.0 ** 20)) : \
    reaches_ms(x_title, x_most) ? duration(real(v)) : real(v) < 10 ? v : group(real(v))
# Seven words for each name: the text, its height as a share of the panel's, the end of its line, hue, line and pool.
name_lines = 'do for [i=1:words(ends) / 7] { \
        c = tone(word(ends, 7 * i - 2), word(ends, 7 * i - 1)); at = real(word(ends, 7 * i - 5)); \
        set label 100+i word(ends, 7 * i - 6) at graph 1.05, graph at left offset 0.9, -0.15 font "sans-serif,11" tc rgb c \
            point pt mark(word(ends, 7 * i), 0) ps 0.7 lc rgb c; \
        set arrow 100+i from first real(word(ends, 7 * i - 4)), first real(word(ends, 7 * i - 3)) to graph 1.035, graph at \
            nohead back lw 0.7 lc rgb c; \
    }; \
    do for [i=1:words(stops) / 7] { \
        c = tone(word(stops, 7 * i - 2), word(stops, 7 * i - 1)); at = real(word(stops, 7 * i - 5)); v = real(word(stops, 7 * i - 4)); \
        if (v == x_least) { \
            set label 200+i word(stops, 7 * i - 6) at first v, graph at right offset -0.8, 0 font "sans-serif,11" tc rgb c front; \
        } else { \
            set label 200+i word(stops, 7 * i - 6) at first v, graph at left offset 1.2, 0 font "sans-serif,11" tc rgb c front; \
            set arrow 200+i from first v, first real(word(stops, 7 * i - 3)) to first v, graph at nohead back lw 0.7 lc rgb c; \
        }; \
    }'
place_curves = 'eval panel; set tmargin at screen y(from); set bmargin at screen y(from + curve_pixels); \
    set lmargin at screen x(64); set rmargin at screen x(curves_right); \
    set label 4 title at graph 0, screen y(from - 16) left tc rgb INK'
# The panel p, `from` pixels below the upper edge.
curves = 'metric = of_panel("metric", p); only = ""; title = of_panel("title", p); ends = of_panel("ends", p); stops = of_panel("stops", p); \
    low = of_panel("bottom", p); high = of_panel("top", p); most = of_panel("most", p); lowest = low; highest = high; \
    eval units; eval place_curves; \
    if (p == panels) { set xlabel reaches_ms(x_title, x_most) ? without_unit(x_title) : x_title }; \
    if (low != low) { eval nothing } else { \
        set label 7 (low > 0 ? "log scale" : "").(of_panel("is_cut", p) ? ", error bars cut at the edge" : "") \
            at graph 1, screen y(from - 8) right font "sans-serif,9" tc rgb GREY; \
        eval y_axis; eval x_axis; eval name_lines; \
        plot data using (column("x")):(near(metric)):(0):(far(metric) - near(metric)):(pale(tone(strcol("hue"), column("line")))) \
                with vectors nohead lw 2.5 lc rgb variable, \
            for [i=1:words(models)] data using (column("x")):(strcol("model") eq word(models, i) ? get(metric, "value") : NaN) \
                with lines lw 1.5 dt dashed(word(line_numbers, i)) lc rgb tone(word(hues, i), word(line_numbers, i)), \
            data using (column("x")):(column("hollow") > 0 ? get(metric, "value") : NaN):(mark(column("pool"), 0)) \
                with points pt variable ps 0.8 lc rgb "white", \
            data using (column("x")):(get(metric, "value")):(mark(column("pool"), column("hollow"))):(tone(strcol("hue"), column("line"))) \
                with points pt variable ps 0.8 lw 1.5 lc rgb variable; \
    }'

# ---- whole figures ---------------------------------------------------------------------------------------------------
all_dots = 'height = top + rows_pixels + 36 + bottom; wide = (786 - names_width - 24 * (panels - 1)) / panels; \
    do for [format in formats] { \
        eval open; eval names; \
        do for [p=1:panels] { \
            left = names_width + (p - 1) * (wide + 24); right = left + wide; \
            eval dots; \
        }; \
        eval shut; \
    }'
curve_step = curve_pixels + 60
all_lines = 'height = top + panels * curve_step - 8 + bottom; \
    do for [format in formats] { \
        eval open; \
        do for [p=1:panels] { from = top + (p - 1) * curve_step; eval curves }; \
        eval shut; \
    }'
figure = form eq "dots" ? all_dots : all_lines

# What a list of words says of a name: the word number n after it, "" if it has none.
said(list, name, n) = strstrt(list, '"'.name.'" ') == 0 ? "" : word(list[strstrt(list, '"'.name.'" '):*], n)
number_of(list, name, n) = said(list, name, n) eq "" ? NaN : real(said(list, name, n))
eval panel
