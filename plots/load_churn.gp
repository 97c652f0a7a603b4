# load_churn.gp: how does the latency of a request with its own connection grow with the load? One line per model, the 99th
# percentile above, the median below.
stem = "load_churn"
load "style.gp"
tick(v) = v < 10 ? sprintf("%g", v) : v < 1e6 ? group(v) : sprintf("%g s", v / 1e6)
linear_x = 1
metric_1 = "latency_p99_us"; title_1 = "99th percentile of latency, µs"
metric_2 = "latency_p50_us"; title_2 = "median latency, µs"
eval two_curves
