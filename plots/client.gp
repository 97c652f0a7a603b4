# client.gp: does the answer depend on how the client does its I/O? Three rows per model, one for each client.
stem = "client"
load "style.gp"
row_name(model, x) = model.", client ".x; names_width = names_width + 7.2 * strlen("client ")
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, µs"; unit_1 = " µs"
metric_2 = "echoes_per_s"; title_2 = "echoes per second"; unit_2 = ""
eval two_panels
