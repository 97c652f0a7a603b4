# slo_rate.gp: what is the highest rate with p99 within a limit? One row per model, one panel per limit.
stem = "slo_rate"
load "style.gp"
metric_1 = "slo_rate_per_s"; title_1 = "requests per second, p99 within 1 ms"; unit_1 = ""; only_1 = "1"
metric_2 = "slo_rate_per_s"; title_2 = "requests per second, p99 within 10 ms"; unit_2 = ""; only_2 = "10"
eval two_panels
