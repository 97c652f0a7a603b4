# ipc.gp: what does it cost to tell another process something and to hear back? One row a mechanism, the cheapest on top.
stem = "ipc"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per round trip, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per round trip, µs"; unit_2 = " µs"
eval two_panels
