# unp.gp: how much do Stevens' designs spend on process control, then and now? As shares of fork's, because the machines differ
# too much for seconds: his on the left, this machine's on the right, on the same axis.
stem = "unp"
load "style.gp"

designs = "prefork prefork_fcntl prefork_mutex prefork_fdpass thread prethread_mutex prethread_queue"
bars = words(designs) + 1
# A derived quantity or an end of its interval (columns 7 to 9); NaN if missing.
part(name, n) = real(system(sprintf("awk -F'\t' '$2 == \"derived\" && $3 == \"%s\" && $%d != \"-\" { v = $%d } END { print v == \"\" ? \"NaN\" : v }' %s", name, n, n, data)))
published(name) = real(system(sprintf("awk '$1 == \"published\" && $2 == \"%s\" { print $3 }' %s.words", name, stem)))
shade(name) = colour(name[1:3] eq "pre" && name[1:6] ne "prethr" || name eq "fork" ? "process" : "thread")

bar_pixels = 26
height = top + bar_pixels * (bars + 0.4) + 40 + bottom
left_column = 150
array share[2 * bars]; array seconds[2 * bars]; array low[2 * bars]; array high[2 * bars]
least = 0; most = 0.01
do for [i=1:bars] {
    name = i == 1 ? "fork" : word(designs, i - 1)
    seconds[i] = published(name); share[i] = published(name) / published("fork"); low[i] = NaN; high[i] = NaN
    k = bars + i
    seconds[k] = part(name, 7); share[k] = i == 1 ? 1 : part(name."_share", 7)
    low[k] = i == 1 ? NaN : part(name."_share", 8); high[k] = i == 1 ? NaN : part(name."_share", 9)
    if (i > 1) {
        do for [v in sprintf("%g %g %g %g", share[i], share[k], low[k], high[k])] {
            least = real(v) < least ? real(v) : least; most = real(v) > most ? real(v) : most
        }
    }
}

do for [format in formats] {
    eval open
    set tmargin at screen y(top); set bmargin at screen y(top + bar_pixels * (bars + 0.4))
    set lmargin at screen x(0); set rmargin at screen x(left_column)
    unset border; unset xtics; unset grid; set xrange [0:1]; set yrange [-bars - 0.7:-0.3]
    do for [i=1:bars] { name = i == 1 ? "fork" : word(designs, i - 1); set label 30+i name at graph 1, first -i right offset -0.6, 0 tc rgb INK }
    plot NaN notitle
    do for [p=0:1] {
        wide = (786.0 - left_column - 24) / 2
        left = left_column + p * (wide + 24); right = left + wide
        eval panel
        set tmargin at screen y(top); set bmargin at screen y(top + bar_pixels * (bars + 0.4))
        set lmargin at screen x(left); set rmargin at screen x(right)
        set xrange [least:most * 1.75]; set yrange [-bars - 0.7:-0.3]; unset ytics
        set label 4 (p ? "this machine" : "Stevens").": share of fork's process control" at graph 0, screen y(top - 21) left tc rgb INK
        do for [i=1:bars] {
            k = p * bars + i
            v = share[k]
            if (v == v) {
                c = shade(i == 1 ? "fork" : word(designs, i - 1))
                shown_as = (i == 1 ? "off scale: " : "").sprintf(p ? "%#.2g (%.3f s)" : "%#.2g (%.2f s)", v, seconds[k])
                end = i == 1 ? 0 : high[k] == high[k] && high[k] > v ? high[k] : v
                if (i > 1) {
                    set object i rect from 0, first -i - 0.3 to v, first -i + 0.3 fc rgb c fs solid (v < 0 ? 0.35 : 1.0) border lc rgb c
                }
                if (i > 1 && low[k] == low[k]) {
                    set arrow i from low[k], first -i to high[k], first -i nohead front lw 1.5 lc rgb GREY
                }
                set label 50+i shown_as at first (end > 0 ? end : 0), first -i left offset 0.6, 0 font "sans-serif,11" tc rgb INK boxed
            }
        }
        plot NaN notitle
    }
    eval shut
}
