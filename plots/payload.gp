# payload.gp: when do copies and system calls hide the model? One line per model, server CPU per echo above, per KiB below.
stem = "payload"
load "style.gp"
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, µs"
metric_2 = "server_cpu_us_per_kib"; title_2 = "server CPU per KiB echoed, µs"
eval two_curves
