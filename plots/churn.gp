# churn.gp: what does a connection cost in each model? One row per model, the cheapest first.
stem = "churn"
load "style.gp"
metric_1 = "server_cpu_us_per_connection"; title_1 = "server CPU per connection, µs"; unit_1 = " µs"
metric_2 = "connections_per_s"; title_2 = "connections per second"; unit_2 = ""
eval two_panels
