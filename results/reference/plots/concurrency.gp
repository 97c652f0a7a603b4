# concurrency.gp: what do many live connections do to each model? One line a model, server CPU above, rate below.
stem = "concurrency"
load "style.gp"
curve_pixels = 15 * words(models) > 260 ? 15 * words(models) : 260
height = top + 2 * curve_pixels + 64 + 50 + bottom

do for [format in "svg png"] {
    eval open
    metric = "server_cpu_us_per_echo"
    title = "server CPU per echo, µs"
    from = top
    eval curves
    eval panel
    metric = "echoes_per_s"
    title = "echoes per second"
    from = top + curve_pixels + 64
    set xlabel says("vary")
    eval curves
    eval shut
}
