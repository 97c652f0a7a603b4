#!/bin/bash -p
# man.sh PROGRAM NAME: writes the manual page of a client that is installed as NAME, from what its --help says.
set -euo pipefail
[ $# -eq 2 ] || { echo 'usage: man.sh PROGRAM NAME' >&2 && exit 2; }

help=$("$1" --help)
LC_ALL=C awk -v name="$2" -v program="${1##*/}" '
    function roff(text) { # "\-" can be searched for and copied; a line that begins with a point would be a request
        gsub(/\\/, "\\e", text)
        gsub(/-/, "\\-", text)
        return text ~ /^[.'\'']/ ? "\\&" text : text
    }
    function section(title) {
        if (title != last) print ".SH " title
        last = title
    }
    NR == 1 {
        synopsis = substr($0, length("Usage: " program " ") + 1)
        next
    }
    NR == 2 {
        about = tolower(substr($0, 1, 1)) substr($0, 2)
        sub(/[:.].*/, "", about)
        print ".TH " toupper(roff(name)) " 1 \"\" forklore"
        section("NAME")
        print roff(name) " \\- " roff(about)
        section("SYNOPSIS")
        print ".B " roff(name) "\n" roff(synopsis)
        section("DESCRIPTION")
    }
    /^ [A-Z].*:$/ { # a group of options
        section("OPTIONS")
        print ".SS " roff(substr($0, 2, length($0) - 2))
        next
    }
    /^Mandatory or optional/, /^$/ { # what getopt always does; notes may follow
        has_notes = 1
        next
    }
    /^Examples:$/ {
        section("EXAMPLES")
        next
    }
    index($0, "  " program " ") == 1 {
        print ".EX\n" roff(name substr($0, 3 + length(program))) "\n.EE"
        next
    }
    /^$/ {
        after_blank = 1
        next
    }
    /^ +-/ { # an option, then at least two blanks and what it does
        section("OPTIONS")
        text = match($0, /[^ ]  +[^ ]/) ? substr($0, RSTART + RLENGTH - 1) : ""
        option = text == "" ? $0 : substr($0, 1, RSTART)
        sub(/^ +/, "", option)
        print ".TP\n.B " roff(option)
        if (text != "") print roff(text)
        after_blank = 0
        next
    }
    {
        if (has_notes) section("NOTES")
        if (after_blank) print ".PP"
        after_blank = 0
        sub(/^ +/, "")
        print roff($0)
    }
    END {
        section("EXIT STATUS")
        print "0: all went well; 1: something failed, and a line says what; 2: wrong usage."
    }' <<< "$help"
