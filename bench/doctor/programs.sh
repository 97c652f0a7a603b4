# shellcheck shell=bash disable=SC2154
# programs.sh: the build, and the kernel features that it needs. Sourced by doctor.sh.

# What this shell hands down to servers and client.
inherited() {
    local priority loader settings
    priority="nice $(nice), $(policy)"
    case $priority in
        'nice 0, other') found ok priority "$priority" 'programs get their share of the processors' ;;
        *) found warning priority "$priority" 'others come first or last, so the numbers are not those of a usual server' \
            'start a shell without nice or chrt' ;;
    esac
    loader=$(loader)
    if [ -z "$loader" ]; then
        found ok loader 'as usual' 'nothing is loaded into the programs, and the C library has its defaults'
    else
        read -ra settings <<< "$loader"
        found warning loader "$loader" 'every program that is measured gets it, too' "unset ${settings[*]%%=*}"
    fi
}

programs() {
    local flags said status
    flags=$(contents "$root/${BUILD:-build}/flags")
    case " $flags " in
        '  ') found ok build 'none yet' 'make bench builds the programs' ;;
        *' -fsanitize='*) found bad build "$(grep -oE -- '-fsanitize=[a-z]+' <<< "$flags" | head -n 1)" \
            'a sanitizer slows programs down several times, and unevenly' \
            'make bench without SAN measures another build' ;;
        *' -O2 '* | *' -O3 '*) found ok build "${flags%% *} $(grep -oE -- '-O[23]' <<< "$flags" | tail -n 1)" \
            'optimized, no sanitizer' ;;
        *) found bad build "$(grep -oE -- '-O[^ ]*' <<< "$flags" | tail -n 1 | grep . || echo 'no -O')" \
            'not optimized: the shared code costs more, so ratios shrink' \
            'make bench without OPT measures another build' ;;
    esac

    if [ ! -x "$root/${BUILD:-build}/servers/io_uring" ]; then
        found ok io_uring 'not built yet' 'after make, its server reports whether this kernel supports it'
    else
        said=$("$root/${BUILD:-build}/servers/io_uring" --describe 2>&1)
        status=$?
        case $status in
            0) found ok io_uring usable 'the kernel supports and permits it' ;;
            *) found warning io_uring unusable "$(head -n 1 <<< "$said")" \
                "its models are left out: use a newer kernel, sysctl kernel.io_uring_disabled=0, or a container that permits its calls" ;;
        esac
    fi
}
