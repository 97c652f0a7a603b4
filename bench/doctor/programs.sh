# shellcheck shell=bash disable=SC2154
# programs.sh: the build, and the programs and kernel features that it needs. doctor.sh sources it.

programs() {
    local flags said status
    flags=$(contents "$root/${BUILD:-build}/flags")
    case " $flags " in
        '  ') found ok build 'none yet' 'make bench builds what it measures' ;;
        *' -fsanitize='*) found bad build "$(grep -oE -- '-fsanitize=[a-z]+' <<< "$flags" | head -n 1)" \
            'a sanitizer makes programs several times slower, not all alike' \
            'make bench without SAN measures another build' ;;
        *' -O2 '* | *' -O3 '*) found ok build "${flags%% *} $(grep -oE -- '-O[23]' <<< "$flags" | tail -n 1)" \
            'optimized, no sanitizer' ;;
        *) found bad build "$(grep -oE -- '-O[^ ]*' <<< "$flags" | tail -n 1 | grep . || echo 'no -O')" \
            'not optimized: what the models share looks dearer and ratios shrink' \
            'make bench without OPT measures another build' ;;
    esac

    if [ ! -x "$root/${BUILD:-build}/servers/io_uring" ]; then
        found ok io_uring 'not built yet' 'once it is built (make), its server says whether this kernel can'
    else
        said=$("$root/${BUILD:-build}/servers/io_uring" --describe 2>&1)
        status=$?
        case $status in
            0) found ok io_uring 'can be used' 'the kernel is new enough and allows it' ;;
            *) found warning io_uring 'cannot be used' "$(head -n 1 <<< "$said")" \
                "its models are left out: a newer kernel, sysctl kernel.io_uring_disabled=0, or a container that allows its calls" ;;
        esac
    fi
}
