#!/bin/sh
# rust_tokio.sh BUILD: builds the server into BUILD/foreign/rust_tokio/, with the crates that Debian packages. It downloads nothing.
set -e
crates=/usr/share/cargo/registry
for crate in "$crates"/tokio-1.*; do
    if [ ! -e "$crate" ]; then
        echo 'the crate tokio (package librust-tokio-dev) is not installed'
        exit 77
    fi
done
mkdir -p "$1/foreign/rust_tokio"
cp -p servers/foreign/rust_tokio/Cargo.toml servers/foreign/rust_tokio/main.rs "$1/foreign/rust_tokio/"
cd "$1/foreign/rust_tokio"
exec cargo build --release --offline --quiet --target-dir target \
    --config 'source.crates-io.replace-with="debian"' --config "source.debian.directory=\"$crates\""
