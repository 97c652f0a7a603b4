#!/bin/sh
# xinetd.sh PORT BUILD [ADDRESS]: xinetd's internal echo service. It forks for each connection, and executes nothing.
#
# xinetd closes its input and all other descriptors before it reads its configuration, so that is a file, in BUILD/foreign/.
set -e
mkdir -p "$2/foreign"
conf=$PWD/$2/foreign/xinetd.conf
cat > "$conf" << EOF
service echo
{
    type        = INTERNAL UNLISTED
    id          = echo-stream
    socket_type = stream
    protocol    = tcp
    wait        = no
    user        = $(id -un)
    bind        = ${3:-127.0.0.1}
    port        = $1
    instances   = UNLIMITED
    per_source  = UNLIMITED
    cps         = 1000000 1
    flags       = REUSE NODELAY
}
EOF
exec xinetd -dontfork -stayalive -filelog /dev/null -f "$conf"
