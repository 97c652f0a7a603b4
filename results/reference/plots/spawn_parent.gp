# spawn_parent.gp: what of a parent makes a process dearer? One row a parent, compared with the same way in a plain one.
stem = "spawn_parent"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per child, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per child, µs"; unit_2 = " µs"
eval two_panels
