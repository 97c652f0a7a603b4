# warmup.gp: are the ratios the same after a longer warm-up? One line per model, server CPU above, rate below.
stem = "warmup"
load "style.gp"
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, µs"
metric_2 = "echoes_per_s"; title_2 = "echoes per second"
eval two_curves
