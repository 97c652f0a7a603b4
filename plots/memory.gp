# memory.gp: what does an idle connection hold? In all, and what the server's processes hold of it themselves.
stem = "memory"
load "style.gp"
metric_1 = "memory_kib_per_connection"; title_1 = "memory per idle connection, of 1,000"; unit_1 = " KiB"; only_1 = "1000"
metric_2 = "pss_kib_per_connection"; title_2 = "of it in the server's processes (PSS)"; unit_2 = " KiB"; only_2 = "1000"
eval two_panels
