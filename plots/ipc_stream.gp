# ipc_stream.gp: what does a one-way message cost? One line per mechanism, wall time above, CPU below.
stem = "ipc_stream"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per message, µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per message, µs"
eval two_curves
