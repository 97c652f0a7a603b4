# spawn.gp: what does it cost to make a process or a thread, and to wait for its end? One row a mechanism, the cheapest on top.
stem = "spawn"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per child, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per child, µs"; unit_2 = " µs"
eval two_panels
