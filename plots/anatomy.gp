# anatomy.gp: where do the microseconds of one forked connection go? A waterfall: each bar begins where the one before it ends.
# Below it, fork's cost is compared with its parts: measured alone, and all in one process.
stem = "anatomy"
load "style.gp"

# A median, the low or high end of its interval, or its share of fork's cost (columns 7 to 10); NaN if missing.
cell(metric, model, x, n) = real(system(sprintf("awk -F'\t' '$2 == \"%s\" && $3 == \"%s\" && $5 == \"%s\" && $%d != \"-\" { v = $%d } END { print v == \"\" ? \"NaN\" : v }' %s", metric, model, x, n, n, data)))
model(name) = cell(headline_metric, name, x, 7)
part(name, n) = cell("derived", name, x, n)

bars = 10
array label[bars] = ["accept and echo: iterative", "a task: thread", "a process, sharing memory: clone_vm", "an address space: fork", \
    "a new program: fork_exec", "", "accept and echo, alone", "fork, exit and wait, alone", "not explained by these two", "the same calls in one process"]
array derived[bars] = ["accept_and_echo", "a_task_more", "a_process_that_shares_memory", "an_address_space_of_its_own", "a_new_image", "", \
    "accept_and_echo", "fork_exit_wait_alone", "unexplained_by_parts_alone", "parts_in_one_process"]
# Where each bar begins: at the end of the one before it, or at zero (1).
array begins[bars] = [1, 0, 0, 0, 0, 1, 1, 0, 0, 1]
array shade[bars] = [colour("iterative"), colour("thread"), colour("process"), colour("process"), colour("process"), 0, \
    colour("iterative"), colour("process"), GREY, colour("process")]

bar_pixels = 26
height = top + bar_pixels * (bars + 0.4) + 40 + bottom
left_column = 236
largest = 0
do for [x in says("xs")] { v = model("fork"); w = model("iterative_fork"); largest = v > largest ? v : largest; largest = w > largest ? w : largest }
limit = largest > 0 ? 1.42 * largest : 1

do for [format in formats] {
    eval open
    # The names of the bars, in their own panel, which also holds the text around the panels.
    set tmargin at screen y(top); set bmargin at screen y(top + bar_pixels * (bars + 0.4))
    set lmargin at screen x(0); set rmargin at screen x(left_column)
    unset border; unset xtics; unset grid; set xrange [0:1]; set yrange [-bars - 0.7:-0.3]
    do for [i=1:bars] { set label 30+i label[i] at graph 1, first -i right offset -0.6, 0 tc rgb INK }
    set label 36 "fork compared with its parts:" tc rgb GREY
    plot NaN notitle
    do for [p=1:words(says("xs"))] {
        x = word(says("xs"), p)
        wide = (786.0 - left_column - 24) / 2
        left = left_column + (p - 1) * (wide + 24); right = left + wide
        eval panel
        set tmargin at screen y(top); set bmargin at screen y(top + bar_pixels * (bars + 0.4))
        set lmargin at screen x(left); set rmargin at screen x(right)
        set xrange [0:limit]; set yrange [-bars - 0.7:-0.3]
        set label 4 "linked: ".x.", server CPU per connection, µs" at graph 0, screen y(top - 21) left tc rgb INK
        total = model("fork")
        if (total == total) {
            set arrow 99 from total, graph 0 to total, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY
            set label 5 "fork ".digits(total) at total, screen y(top - 6) center font "sans-serif,9" tc rgb GREY
        }
        end = 0
        do for [i=1:bars] {
            v = derived[i] eq "" ? NaN : part(derived[i], 7)
            if (v == v) {
                begin = begins[i] ? 0 : end
                end = begin + v
                beyond = end > limit
                lower = begin < end ? begin : end; upper = begin < end ? end : begin
                set object i rect from lower, first -i - 0.3 to (beyond ? limit : upper), first -i + 0.3 fc rgb shade[i] \
                    fs solid (v < 0 ? 0.35 : 1.0) border lc rgb shade[i]
                share = part(derived[i], 10)
                shown_as = (begins[i] || v < 0 ? "" : "+").sprintf("%.3g", v).(share == share ? " (".sprintf("%.2f×", share).")" : "")
                low = part(derived[i], 8); high = part(derived[i], 9)
                if (low == low && !beyond) {
                    set arrow i from begin + low, first -i to begin + high, first -i nohead front lw 1.5 lc rgb GREY
                    upper = begin + high > upper ? begin + high : upper
                }
                if (beyond) { shown_as = "off scale: ".shown_as }
                if (beyond) {
                    set label 50+i shown_as at first begin, first -i right offset -0.6, 0 font "sans-serif,11" tc rgb INK boxed
                } else {
                    set label 50+i shown_as at first upper, first -i left offset 0.6, 0 font "sans-serif,11" tc rgb INK boxed
                }
            }
        }
        plot NaN notitle
    }
    eval shut
}
