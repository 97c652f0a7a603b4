# peers.gp: is the plain epoll server as good as the libraries used in practice? One row per server, few connections left, many
# right.
stem = "peers"
load "style.gp"
metric_1 = "server_cpu_us_per_echo"; title_1 = "server CPU per echo, µs: 50 connections"; unit_1 = " µs"; only_1 = "50"
metric_2 = "server_cpu_us_per_echo"; title_2 = "1,000 connections"; unit_2 = " µs"; only_2 = "1000"
eval two_panels
