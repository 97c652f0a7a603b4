# unp_spread.gp: how evenly do connections spread over the workers? One row a model: the busiest worker's share, and the idlest's.
stem = "unp_spread"
load "style.gp"
metric_1 = "busiest_worker_share"; title_1 = "the busiest worker, times an even share"; unit_1 = ""
metric_2 = "idlest_worker_share"; title_2 = "the idlest worker, times an even share"; unit_2 = ""
eval two_panels
