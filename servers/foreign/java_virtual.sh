#!/bin/sh
# java_virtual.sh BUILD: compiles the server into BUILD/foreign/, with a JDK that has virtual threads.
version=$(javac -version 2>&1 | sed 's/^javac \([0-9]*\).*/\1/')
if [ "$version" -lt 21 ]; then
    echo "JDK 21 or later is not installed (javac is $version)"
    exit 77
fi
exec javac -d "$1/foreign" servers/foreign/java_virtual.java
