# unp_spread.gp: how evenly are connections distributed over the workers? One row per model: the shares of the busiest and the
# least busy worker.
stem = "unp_spread"
load "style.gp"
metric_1 = "busiest_worker_share"; title_1 = "busiest worker, times an even share"; unit_1 = ""
metric_2 = "idlest_worker_share"; title_2 = "least busy worker, times an even share"; unit_2 = ""
eval two_panels
