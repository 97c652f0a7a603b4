# slow_behaviours.gp: does it matter in what way clients are slow? The share answered in time, and the median latency.
stem = "slow_behaviours"
load "style.gp"
metric_1 = "in_time_percent"; title_1 = "answered in time"; unit_1 = " %"
metric_2 = "latency_p50_us"; title_2 = "median latency"; unit_2 = " µs"
eval two_panels
