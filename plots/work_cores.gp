# work_cores.gp: if requests compute, what does a server gain from more cores? One line per model, rate above, server CPU below.
stem = "work_cores"
load "style.gp"
metric_1 = "connections_per_s"; title_1 = "connections per second"
metric_2 = "server_cpu_us_per_connection"; title_2 = "server CPU per connection, µs"
eval two_curves
