# ipc_peer.gp: what does a round trip to a thread cost, and to a process? Two rows per mechanism.
stem = "ipc_peer"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per round trip, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per round trip, µs"; unit_2 = " µs"
eval two_panels
