# mistakes.gp: what does a server that forgets to close or to reap accumulate? One line per server, which ends where its service
# stopped.
# panels: server_descriptors server_zombies server_memory_kib
stem = "mistakes"
load "style.gp"
eval figure
