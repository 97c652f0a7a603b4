# work_others.gp: if one client sends heavy requests, how long do the others wait? One row per model and type of work; left
# without such a client, right with one.
stem = "work_others"
load "style.gp"
metric_1 = "latency_p50_us"; title_1 = "median latency, no heavy client"; unit_1 = " µs"; only_1 = "0"
metric_2 = "latency_p50_us"; title_2 = "median latency, one heavy client"; unit_2 = " µs"; only_2 = "1"
eval two_panels
