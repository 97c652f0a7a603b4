# shellcheck shell=bash disable=SC2154
# memory.sh: memory and its layout. Sourced by doctor.sh.

memory() {
    local total free swapped available policy
    policy=$(huge_pages)
    case $policy in
        madvise | never) found ok 'huge pages' "$policy" 'huge pages are used only on request' ;;
        always) found warning 'huge pages' always 'the cost of fork depends on whether memory happens to be in huge pages' \
            'as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled' ;;
        *) unknown 'huge pages' 'the kernel may not support them' ;;
    esac

    total=$(memory_bytes SwapTotal)
    free=$(memory_bytes SwapFree)
    swapped=$((${total:-0} - ${free:-0}))
    if [ -z "$total" ]; then
        unknown swap 'look with free'
    elif [ "$swapped" -gt 0 ]; then
        found warning swap "$((swapped >> 20)) of $((total >> 20)) MiB in use" \
            'reading a page back from disk takes milliseconds' \
            'free memory, then as root: swapoff -a && swapon -a'
    else
        found ok swap 'none in use' 'no page has to be read back from disk'
    fi

    available=$(memory_bytes MemAvailable)
    if [ -z "$available" ]; then
        unknown memory 'look with free; the largest question touches 1 GiB'
    else
        found "$(level_below "$available" $((2 << 30)) $((1 << 29)))" memory "$((available >> 20)) MiB available" \
            'the largest question touches 1 GiB and forks; with little more, pages are reclaimed during the measurement' 'end programs that use memory'
    fi
}

layout() {
    local random personality
    random=$(sysctl_value kernel.randomize_va_space)
    personality=$(contents "$machine/proc/self/personality")
    if [ -z "$random" ]; then
        unknown ASLR 'see sysctl kernel.randomize_va_space'
    elif [ "$random" = 0 ] || ((16#${personality:-0} & 0x40000)); then
        found warning ASLR off \
            'each start has the same memory layout, so its effect is in every trial and in no interval' \
            'do not use setarch -R, and as root: sysctl -w kernel.randomize_va_space=2'
    else
        found ok ASLR "on ($random)" 'the memory layout differs from start to start, so its effect is in the intervals'
    fi
}
