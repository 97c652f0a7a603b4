# state.gp: what does it cost processes to share a counter and a table? One line per model and mechanism, server CPU above, rate
# below.
stem = "state"
load "style.gp"
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, µs"
metric_2 = "echoes_per_s"; title_2 = "echoes per second"
eval two_curves
