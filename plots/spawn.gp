# spawn.gp: what does it cost to create and reap a process or a thread? One row per mechanism, the cheapest first.
stem = "spawn"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per child, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per child, µs"; unit_2 = " µs"
eval two_panels
