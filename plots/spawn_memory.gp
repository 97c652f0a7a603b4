# spawn_memory.gp: what does a process cost if its parent has touched much memory? One line per method, wall time above, CPU
# below.
stem = "spawn_memory"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per child, µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per child, µs"
eval two_curves
