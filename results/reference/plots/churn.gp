# churn.gp: what does a connection of its own cost with each model? One row a model, the cheapest on top.
stem = "churn"
load "style.gp"
height = top + row_pixels * (rows + 0.4) + 36 + bottom
middle = names_width + 0.5 * (800 - names_width)

do for [format in "svg png"] {
    eval open
    eval names
    eval panel
    metric = "server_cpu_us_per_connection"; unit = " µs"
    title = "server CPU per connection, µs"
    set lmargin at screen x(names_width); set rmargin at screen x(middle - 12)
    eval dots
    eval panel
    metric = "connections_per_s"; unit = ""
    title = "connections per second"
    set lmargin at screen x(middle + 12); set rmargin at screen x(786)
    eval dots
    eval shut
}
