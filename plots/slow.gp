# slow.gp: if some clients never read, do others have to wait? The share answered in time, with half as many stalled clients as
# pool workers, and with as many.
stem = "slow"
load "style.gp"
metric_1 = "in_time_percent"; title_1 = "answered in time, 8 stalled clients"; unit_1 = " %"; only_1 = "8"
metric_2 = "in_time_percent"; title_2 = "16 stalled clients, as many as workers"; unit_2 = " %"; only_2 = "16"
eval two_panels
