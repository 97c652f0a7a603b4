# window.gp: are the ratios the same in a longer window? One line per model, server CPU above, rate below.
stem = "window"
load "style.gp"
metric_1 = "server_cpu_us_per_connection"; title_1 = "server CPU per connection, µs"
metric_2 = "connections_per_s"; title_2 = "connections per second"
eval two_curves
