#!/bin/sh
# xinetd.sh PORT: xinetd's internal echo service. It forks for each connection, and executes nothing.
exec xinetd -dontfork -stayalive -filelog /dev/null -f /dev/stdin << EOF
service echo
{
    type        = INTERNAL UNLISTED
    id          = echo-stream
    socket_type = stream
    protocol    = tcp
    wait        = no
    user        = $(id -un)
    bind        = 127.0.0.1
    port        = $1
    instances   = UNLIMITED
    per_source  = UNLIMITED
    cps         = 1000000 1
    flags       = REUSE NODELAY
}
EOF
