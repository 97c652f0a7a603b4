# unp.gp: how much do Stevens' designs spend on process control, then and now? As shares of fork's, because the machines differ
# too much for seconds: his on the left, this machine's on the right, on the same axis.
# panels: derived
stem = "unp"
load "style.gp"
legend = 'p "process" t "thread"'; has_pool = 0; has_foreign = 0

designs = "fork prefork prefork_fcntl prefork_mutex prefork_fdpass thread prethread_mutex prethread_queue"
bars = words(designs)

bar_pixels = 26
height = top + bar_pixels * (bars + 0.4) + 56 + bottom
left_column = 150
array shares[2 * bars]; array seconds[2 * bars]; array lows[2 * bars]; array highs[2 * bars]; array is_hollow[2 * bars]
least = 0; most = 1
do for [i=1:bars] {
    name = word(designs, i); k = bars + i
    shares[i] = 100 * number_of(published, name, 2) / number_of(published, "fork", 2); seconds[i] = said(published, name, 2)." s"
    lows[i] = NaN; highs[i] = NaN; is_hollow[i] = 0
    shares[k] = i == 1 ? 100 : 100 * number_of(derived, name."_share -", 2); seconds[k] = said(derived, name." -", 5)
    lows[k] = i == 1 ? NaN : 100 * number_of(derived, name."_share -", 3); highs[k] = i == 1 ? NaN : 100 * number_of(derived, name."_share -", 4)
    is_hollow[k] = number_of(derived, name." -", 6) == 1
    if (i > 1) {
        do for [v in sprintf("%g %g %g %g", shares[i], shares[k], lows[k], highs[k])] {
            least = real(v) < least ? real(v) : least; most = real(v) > most ? real(v) : most
        }
    }
}

place = 'eval panel; set tmargin at screen y(top); set bmargin at screen y(top + bar_pixels * (bars + 0.4)); set yrange [-bars - 0.7:-0.3]'
# A hollow bar is an outline.
bar = 'c = colour(strstrt(name, "thread") > 0 ? "t" : "p"); \
    end = i == 1 ? 0 : highs[k] > v ? highs[k] : v; \
    if (i > 1) { \
        set object i rect from 0, first -i - 0.3 to v, first -i + 0.3 fc rgb is_hollow[k] ? 0xFFFFFF : c \
            fs solid (v < 0 ? 0.35 : 1.0) border lc rgb c; \
    }; \
    if (i > 1 && lows[k] == lows[k]) { set arrow i from lows[k], first -i to highs[k], first -i nohead front lw 1.5 lc rgb GREY }; \
    set label 50+i "".(i == 1 ? "off scale: " : "").sprintf("%.0f %% (%s)", v, seconds[k]) \
        at first (end > 0 ? end : 0), first -i left offset 0.6, 0 font "sans-serif,11" tc rgb INK boxed'

do for [format in formats] {
    eval open
    eval place
    set lmargin at screen x(0); set rmargin at screen x(left_column)
    unset border; unset xtics; unset grid; set xrange [0:1]
    do for [i=1:bars] { set label 30+i word(designs, i) at graph 1, first -i right offset -0.6, 0 tc rgb INK }
    plot NaN notitle
    do for [p=0:1] {
        wide = (786.0 - left_column - 24) / 2
        left = left_column + p * (wide + 24); right = left + wide
        eval place
        set lmargin at screen x(left); set rmargin at screen x(right)
        set xrange [least:most * 1.75]
        set xlabel "% of fork's (CPU seconds for 5,000 connections)" font "sans-serif,11"
        set label 4 (p ? "This machine" : "Stevens").": process control" at graph 0, screen y(top - 21) left tc rgb INK
        do for [i=1:bars] { k = p * bars + i; name = word(designs, i); v = shares[k]; if (v == v) { eval bar } }
        plot NaN notitle
    }
    eval shut
}
