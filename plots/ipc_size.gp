# ipc_size.gp: what does a round trip cost, by message size? One line per mechanism, wall time above, CPU below.
stem = "ipc_size"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per round trip, µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per round trip, µs"
eval two_curves
