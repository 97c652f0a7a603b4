# spawn.gp: what does it cost to make a process or a thread, and to wait for its end? One row a mechanism, the cheapest on top.
stem = "spawn"
load "style.gp"
height = top + row_pixels * (rows + 0.4) + 36 + bottom
middle = names_width + 0.5 * (800 - names_width)

do for [format in "svg png"] {
    eval open
    eval names
    eval panel
    metric = "wall_us_per_operation"; unit = " µs"
    title = "wall time per child, µs"
    set lmargin at screen x(names_width); set rmargin at screen x(middle - 12)
    eval dots
    eval panel
    metric = "cpu_us_per_operation"
    title = "CPU time per child, µs"
    set lmargin at screen x(middle + 12); set rmargin at screen x(786)
    eval dots
    eval shut
}
