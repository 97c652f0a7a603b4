# ipc.gp: what does a round trip to another process cost? One row per mechanism, the cheapest first.
stem = "ipc"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per round trip, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per round trip, µs"; unit_2 = " µs"
eval two_panels
