# load_rate.gp: how does latency grow if all servers get the same rate? One line per model, the 99th percentile above, the median
# below.
stem = "load_rate"
load "style.gp"
tick(v) = v < 10 ? sprintf("%g", v) : v < 1e6 ? group(v) : sprintf("%g s", v / 1e6)
metric_1 = "latency_p99_us"; title_1 = "99th percentile of latency, µs"
metric_2 = "latency_p50_us"; title_2 = "median latency, µs"
eval two_curves
