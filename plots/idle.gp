# idle.gp: how much do many idle connections cost the few busy ones? One line per model, server CPU above, rate below.
stem = "idle"
load "style.gp"
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, µs"
metric_2 = "echoes_per_s"; title_2 = "echoes per second"
eval two_curves
