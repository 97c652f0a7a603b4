# isolation.gp: what does a crashing handler take with it, and when are new clients served again? Two rows per model.
# panels: connections_lost service_back_us
stem = "isolation"
load "style.gp"
eval figure
