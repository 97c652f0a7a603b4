# layout.gp: does the answer depend on the order in which a server was linked? One panel per ratio, one row per layout; the axis
# shows the neighbourhood of their mean, and the band is 1 % to either side of it.
stem = "layout"
load "style.gp"

# A ratio to the baseline at a layout, or the low or high end of its interval (columns 10 to 12); NaN if missing.
cell(model, x, n) = real(system(sprintf("awk -F'\t' '$2 == \"%s\" && $3 == \"%s\" && $5 == \"%s\" && $%d != \"-\" { v = $%d } END { print v == \"\" ? \"NaN\" : v }' %s", headline_metric, model, x, n, n, data)))
# Its validity ($15) and verdict ($17).
status(model, x, n) = system(sprintf("awk -F'\t' '$2 == \"%s\" && $3 == \"%s\" && $5 == \"%s\" { print $%d }' %s", headline_metric, model, x, n, data))
family(model) = system(sprintf("awk -F'\t' '$3 == \"%s\" { print $4; exit }' %s", model, data))

xs = says("xs"); n = words(xs)
shown = "fork thread"
height = top + row_pixels * (n + 0.4) + 40 + bottom
left_column = 90

do for [format in formats] {
    eval open
    # The layouts, in their own panel, which also holds the text around the panels.
    set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (n + 0.4))
    set lmargin at screen x(0); set rmargin at screen x(left_column)
    unset border; unset xtics; unset grid; set xrange [0:1]; set yrange [-n - 0.7:-0.3]
    do for [i=1:n] { set label 30+i "layout ".word(xs, i) at graph 1, first -i right offset -0.6, 0 tc rgb INK }
    plot NaN notitle
    wide = (786.0 - left_column - 24) / 2
    do for [p=1:2] {
        model = word(shown, p)
        left = left_column + (p - 1) * (wide + 24); right = left + wide
        eval panel
        set tmargin at screen y(top); set bmargin at screen y(top + row_pixels * (n + 0.4))
        set lmargin at screen x(left); set rmargin at screen x(right)
        set yrange [-n - 0.7:-0.3]
        set label 4 model."/".baseline.", server CPU per connection" at graph 0, screen y(top - 21) left tc rgb INK
        found = 0; sum = 0
        do for [x in xs] { v = cell(model, x, 10); if (v == v) { found = found + 1; sum = sum + log(v) } }
        if (found == 0) {
            set label 5 "not measured" at graph 0.5, 0.5 center tc rgb GREY
            unset xtics; set xrange [0:1]
        } else {
            mean = exp(sum / found); reach = 0.02
            do for [i=1:n] {
                x = word(xs, i); v = cell(model, x, 10); low = cell(model, x, 11); high = cell(model, x, 12)
                if (v != v) { set label 50+i "not measured" at graph 0.5, first -i center font "sans-serif,11" tc rgb GREY; continue }
                low = low == low ? low : v; high = high == high ? high : v
                reach = abs(low / mean - 1) > reach ? abs(low / mean - 1) : reach
                reach = abs(high / mean - 1) > reach ? abs(high / mean - 1) : reach
                set arrow 20+i from low, first -i to high, first -i nohead front lw 2.5 lc rgb colour(family(model))
                set label 20+i "" at v, first -i point pt (is_hollow(status(model, x, 15), status(model, x, 17)) ? 6 : 7) ps 0.85 lw 1.5 lc rgb colour(family(model)) front
                set label 50+i sprintf("%.2f×", v) at graph 1, first -i right font "sans-serif,11" tc rgb INK boxed
            }
            share = 1 - 56.0 / (right - left) # the numbers need 56 of the panel's pixels
            set xrange [mean * (1 - 1.05 * reach):mean * (1 - 1.05 * reach + 2.1 * reach / share)]
            set object 1 rect from 0.99 * mean, graph 0 to 1.01 * mean, graph 1 back fc rgb PALE fs solid 0.5 noborder
            set arrow 1 from mean, graph 0 to mean, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY
            set label 5 sprintf("mean %.2f×", mean) at mean, screen y(top - 6) center font "sans-serif,9" tc rgb GREY
            step = 10.0 ** floor(log10(mean * reach)); step = mean * reach / step < 2 ? step / 2 : mean * reach / step < 5 ? step : 2 * step
            set xtics 2 * step
        }
        plot NaN notitle
    }
    eval shut
}
