# work_wait.gp: if requests have to wait, how many are served? One line per model and pool, rate above, server CPU below.
stem = "work_wait"
load "style.gp"
metric_1 = "echoes_per_s"; title_1 = "echoes per second"
metric_2 = "server_cpu_us_per_echo"; title_2 = "server CPU per echo, µs"
eval two_curves
