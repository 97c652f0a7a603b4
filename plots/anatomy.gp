# anatomy.gp: where do the microseconds of one forked connection go? A waterfall: each bar begins where the one before it ends.
# Below it, fork's cost is compared with its parts: measured alone, and all in one process.
# panels: derived
stem = "anatomy"
load "style.gp"

# A derived quantity at an x: its value (1) or the low (2) or high (3) end of its interval; NaN if missing.
part(name, n) = number_of(derived, name." ".x, n + 1)

bars = 10
array label[bars] = ["accept and echo: iterative", "a task: thread", "a process, sharing memory: clone_vm", "an address space: fork", \
    "a new program: fork_exec", "", "accept and echo, alone", "fork, exit and wait, alone", "not explained by these two", "the same calls in one process"]
array quantity[bars] = ["accept_and_echo", "a_task_more", "a_process_that_shares_memory", "an_address_space_of_its_own", "a_new_image", "", \
    "accept_and_echo", "fork_exit_wait_alone", "unexplained_by_parts_alone", "parts_in_one_process"]
# Where each bar begins: at the end of the one before it, or at zero (1).
array begins[bars] = [1, 0, 0, 0, 0, 1, 1, 0, 0, 1]
array shade[bars] = [colour("o"), colour("t"), colour("p"), colour("p"), colour("p"), 0, colour("o"), colour("p"), PALE, colour("p")]

bar_pixels = 26
height = top + bar_pixels * (bars + 0.4) + 40 + bottom
left_column = 246
of_model(m) = strcol("metric") eq headline_metric && strcol("model") eq m && strcol("value") ne "-" && (only eq "" || strcol("x") eq only) ? column("value") : 0
only = ""
stats data using (of_model("fork") + of_model("iterative_fork")) nooutput
limit = STATS_max > 0 ? 1.7 * STATS_max : 1

place = 'eval panel; set tmargin at screen y(top); set bmargin at screen y(top + bar_pixels * (bars + 0.4)); set yrange [-bars - 0.7:-0.3]'
names_of_bars = 'eval place; set lmargin at screen x(0); set rmargin at screen x(left_column); \
    unset border; unset xtics; unset grid; set xrange [0:1]; \
    do for [i=1:bars] { set label 30+i label[i] at graph 1, first -i right offset -0.6, 0 tc rgb INK }; \
    set label 36 "fork compared with its parts:" tc rgb GREY; \
    plot NaN'
# A hollow bar is an outline.
bar = 'begin = begins[i] ? 0 : end; end = begin + v; beyond = end > limit; \
    lower = begin < end ? begin : end; upper = begin < end ? end : begin; c = shade[i]; \
    set object i rect from lower, first -i - 0.3 to (beyond ? limit : upper), first -i + 0.3 fc rgb part(quantity[i], 5) > 0 ? 0xFFFFFF : c \
        fs solid (v < 0 ? 0.35 : 1.0) border lc rgb c; \
    shown_as = (begins[i] || v < 0 ? "" : "+").said(derived, quantity[i]." ".x, 5); \
    low = part(quantity[i], 2); high = part(quantity[i], 3); \
    if (low == low && !beyond) { \
        set arrow i from begin + low, first -i to begin + high, first -i nohead front lw 1.5 lc rgb GREY; \
        upper = begin + high > upper ? begin + high : upper; \
    }; \
    if (beyond) { \
        set label 50+i shown_as at first begin, first -i right offset -0.6, 0 font "sans-serif,11" tc rgb INK front boxed; \
        set label 60+i "off scale" at first limit, first -i right offset -0.6, 0 font "sans-serif,9" tc rgb 0xFFFFFF front; \
    } else { \
        set label 50+i shown_as at first upper, first -i left offset 0.6, 0 font "sans-serif,11" tc rgb INK front boxed; \
    }'

do for [format in formats] {
    eval open
    eval names_of_bars
    do for [p=1:words(xs)] {
        eval panel; x = word(xs, p); only = x
        stats data using (of_model("fork")) nooutput; total = STATS_max
        wide = (786.0 - left_column - 24) / 2
        left = left_column + (p - 1) * (wide + 24); right = left + wide
        eval place
        set lmargin at screen x(left); set rmargin at screen x(right); set xrange [0:limit]
        set label 4 "linked: ".x.", CPU per connection, µs" at graph 0, screen y(top - 21) left tc rgb INK
        if (total > 0) {
            set arrow 99 from total, graph 0 to total, graph 1 nohead back dt 3 lw 1.2 lc rgb GREY
            set label 5 "fork" at total, screen y(top - 6) center font "sans-serif,9" tc rgb GREY
        }
        end = 0
        do for [i=1:bars] { v = quantity[i] eq "" ? NaN : part(quantity[i], 1); if (v == v) { eval bar } }
        plot NaN notitle
    }
    eval shut
}
