# spawn_parent.gp: which properties of the parent make fork slower? One row per parent, compared with the same method in a plain
# one.
stem = "spawn_parent"
load "style.gp"
metric_1 = "wall_us_per_operation"; title_1 = "wall time per child, µs"; unit_1 = " µs"
metric_2 = "cpu_us_per_operation"; title_2 = "CPU time per child, µs"; unit_2 = " µs"
eval two_panels
