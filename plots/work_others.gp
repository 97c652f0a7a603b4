# work_others.gp: if one client asks for heavy work, how long do the others wait? One line a model and kind of work.
stem = "work_others"
load "style.gp"
metric_1 = "latency_p50_us"; title_1 = "median latency of light requests, µs"
metric_2 = "latency_p99_us"; title_2 = "99th percentile, µs"
eval two_curves
