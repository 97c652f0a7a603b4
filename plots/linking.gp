# linking.gp: what does linking cost a forked child? Two rows a model, one for each way to link it.
stem = "linking"
load "style.gp"
metric_1 = "server_cpu_us_per_connection"; title_1 = "server CPU per connection, µs"; unit_1 = " µs"
metric_2 = "connections_per_s"; title_2 = "connections per second"; unit_2 = ""
eval two_panels
