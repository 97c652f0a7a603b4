# slow.gp: clients that never read: who else waits? The share answered in time beside half as many of them as a pool has
# workers, and beside as many.
stem = "slow"
load "style.gp"
metric_1 = "in_time_percent"; title_1 = "answered in time, beside 8 stalled"; unit_1 = " %"; only_1 = "8"
metric_2 = "in_time_percent"; title_2 = "beside 16, as many as a pool has workers"; unit_2 = " %"; only_2 = "16"
eval two_panels
