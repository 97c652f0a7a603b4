# amortize.gp: after how many echoes does a connection's cost no longer matter? One line per model, server CPU above, rate below.
stem = "amortize"
load "style.gp"
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, including its share of the connection, µs"
metric_2 = "echoes_per_s"; title_2 = "echoes per second"
eval two_curves
