# ipc_stream.gp: what does a message cost that nobody waits for? One line a mechanism, wall time above, CPU below.
stem = "ipc_stream"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per message, µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per message, µs"
eval two_curves
