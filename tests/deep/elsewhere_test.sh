#!/bin/bash -p
# elsewhere_test.sh: on machines, in shells and in containers unlike this one: names with several addresses, system calls that
# are refused, few processes, large pages, old libraries, and settings of the user that must change nothing.
#
# Needs a built build/.
# shellcheck source=tests/core/line.sh
. "$(dirname "${BASH_SOURCE[0]}")/../core/line.sh"

drive=$build/clients/drive
exec 4< <(exec "$build/servers/epoll")
server=$!
read -r -u 4 line
port=${line##*:}
strange() { strace -f --seccomp-bpf -o /dev/null -e "trace=$1" -e "inject=$1:error=$2" "${@:3}"; } # CALL ERRNO COMMAND...
no_strace=
strace -o /dev/null true 2> /dev/null || no_strace='strace cannot trace here'
with_strace() { # NAME COMMAND...
    if [ -n "$no_strace" ]; then skips "$1" "$no_strace"; else check "$@"; fi
}

# ---- a name with several addresses ----------------------------------------------------------------------------------
printf '::1 localhost\n127.0.0.1 localhost\n' > "$work/hosts"
# shellcheck disable=SC2016  # for that shell
elsewhere() { unshare -m sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$work/hosts" "$@"; }
names() { # COMMAND...: works, and says which address it uses
    elsewhere "$@" > "$work/output" 2> "$work/error" < <(:) || { cat "$work/error" && return 1; }
    says "$work/error" "localhost:$port: using 127.0.0.1"
}
if elsewhere true 2> /dev/null && [ "$(elsewhere getent ahosts localhost | awk '{ print $1 }' | uniq | head -n 1)" = ::1 ]; then
    check 'two addresses: the driver takes the one that accepts' names "$drive" -n 20 "localhost:$port"
    check 'two addresses: so do background connections' names "$build/clients/background" "localhost:$port"
    nobody() { ! elsewhere "$drive" -n 1 localhost:1 2> "$work/error" > "$work/output" && says "$work/error" 'Connection refused'; }
    check 'two addresses: none accepts' nobody
else
    skips 'two addresses' 'a file cannot be mounted over /etc/hosts here, or localhost has one address'
fi
one_address() { "$drive" -n 20 "127.0.0.1:$port" 2>&1 > /dev/null | { ! grep .; }; }
check 'one address: is not worth a word' one_address

# ---- system calls that are refused ----------------------------------------------------------------------------------
for error in ENOSYS EPERM; do
    with_strace "epoll_pwait2 fails with $error: the driver" strange epoll_pwait2 $error "$drive" --io epoll -c 4 -r 2000 -n 200 "127.0.0.1:$port"
    with_strace "epoll_pwait2 fails with $error: background connections" strange epoll_pwait2 $error "$build/clients/background" -c 3 "127.0.0.1:$port" < <(:)
done

tree held
own_questions "$work/held"
printf '%s\n' 'question How much?' 'type hold' 'models epoll clone_vm fork' 'connections 8' 'pool 16' 'per connection' 'metric memory_kib_per_connection' \
    'also pss_kib_per_connection' 'baseline epoll' 'headline fork' > "$work/held/bench/questions/experiments/held.conf"
no_kcmp() { strange kcmp EPERM env RESULTS="$results" SELFTEST=no RUN=held BUDGET=0 "$work/held/bench/run.sh" > "$work/held.log" 2>&1; }
with_strace 'no kcmp: the run ends well' no_kcmp
if [ -z "$no_strace" ]; then
    of() { value "$results/held/summary.tsv" "$1" "model=$2" metric=pss_kib_per_connection; } # COLUMN MODEL
    check 'no kcmp: shared memory is not counted once a process' equals 'the value' "$(of median clone_vm)" -
    check 'no kcmp: says why' says <(of note clone_vm) 'kcmp is not allowed here'
    has_number() { of median fork | grep -qE '^[0-9.]+$'; }
    check "no kcmp: memory of one's own is known all the same" has_number
fi

open_for_writing() { # or NFS gives no exclusive lock
    touch "$work/a lock" && strace -o "$work/calls" -e trace=openat "$build/bench/base/with_lock" "$work/a lock" true && grep -q 'a lock", O_RDWR' "$work/calls"
}
with_strace 'a lock: is open for writing' open_for_writing
no_lock() { strange flock EBADF "$build/bench/base/with_lock" "$work/a lock" true; }
if [ -n "$no_strace" ]; then
    skips 'no lock' "$no_strace"
else
    refuses 'no lock: says what to do' 1 'choose a local RESULTS or RUN_LOCK' no_lock
fi

# A strace that may not trace says so in the words of its user.
mkdir "$work/german"
cat > "$work/german/strace" << 'END'
#!/bin/sh
if [ "$LC_ALL" = C ]; then why='Operation not permitted'; else why='Die Operation ist nicht erlaubt'; fi
echo "strace: attach: ptrace(PTRACE_SEIZE, 7): $why" >&2
exit 1
END
chmod +x "$work/german/strace"
in_german() {
    (cd "$repo" && env PATH="$work/german:$PATH" LC_ALL=de_DE.UTF-8 "$build/tests/contract" 'accept_fails/epoll') > "$work/output" 2>&1 &&
        says "$work/output" 'skipped: accept_fails/epoll'
}
check 'strace in German: what it may not trace is skipped' in_german

# ---- few processes --------------------------------------------------------------------------------------------------
# shellcheck disable=SC2016  # for that shell
few_processes() { unshare -m sh -c 'mount -t tmpfs none /sys/fs/cgroup && echo 60 > /sys/fs/cgroup/pids.max && exec "$@"' sh "$@"; }
plan_few() { (cd "$work/held" && mkdir "$work/few" && few_processes build/bench/measure/plan --experiments held "$work/few"); }
if few_processes true 2> /dev/null; then
    sed -i 's/^connections .*/connections 64/' "$work/held/bench/questions/experiments/held.conf"
    check 'few processes: a run is planned' plan_few
    check 'few processes: what needs more is left out, with its reason' says "$work/few/left_out.tsv" "held	fork	-	"
    check 'few processes: says which limit' says <(grep '	fork	' "$work/few/left_out.tsv") '30 processes'
    check 'few processes: what needs none is not' grep -q '	epoll	' "$work/few/cells.tsv"
else
    skips 'few processes' 'nothing can be mounted over /sys/fs/cgroup here'
fi

# ---- pages of 64 KiB ------------------------------------------------------------------------------------------------
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -shared -fPIC -O1 -o "$work/pages.so" -xc - << 'END' || exit 1
// As a kernel with such pages answers: sizes and protections are rounded up.
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 65536 };

static size_t up(size_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

long sysconf(int name)
{
    long (*real)(int) = (long (*)(int))dlsym(RTLD_NEXT, "sysconf");
    return name == _SC_PAGESIZE ? PAGE : real(name);
}

void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    if (at || fd >= 0)
        return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
    char *memory = (char *)syscall(SYS_mmap, NULL, up(bytes) + PAGE, protection, flags, fd, offset);
    return memory == MAP_FAILED ? memory : (char *)up((size_t)memory);
}

int mprotect(void *at, size_t bytes, int protection)
{
    return (int)syscall(SYS_mprotect, at, up(bytes), protection);
}
END
serves() { # SERVER
    local line status pid
    exec 5< <(LD_PRELOAD=$work/pages.so exec "$build/servers/$1")
    pid=$!
    read -r -u 5 line && "$drive" -c 8 -k 3 -s 5000 -n 100 "127.0.0.1:${line##*:}" > /dev/null
    status=$?
    kill "$pid"
    exec 5<&-
    return $status
}
if [ -n "${SAN:-}" ] || [ "$(cat "$build/linked_static/none" 2> /dev/null)" = 'every program of this build is linked statically' ]; then
    skips 'large pages' 'nothing can be loaded into these programs'
else
    for model in coroutine clone_vm; do check "large pages: $model serves" serves "$model"; done
fi

# ---- libraries ------------------------------------------------------------------------------------------------------
mkdir "$work/old"
echo 'struct io_uring { int fd; };' > "$work/old/liburing.h"
uring() { env CPATH="$1" make -C "$repo" --no-print-directory -pn help 2> /dev/null | sed -n 's/^URING := *//p'; } # CPATH
check 'an old liburing: is not used' equals 'what is linked' "$(uring "$work/old")" ''
without_liburing() {
    "${CC:-cc}" -std=c11 -D_GNU_SOURCE -DVERSION='"0"' -DBUILD_FOLDER='"build"' -pthread -I "$repo" -I "$work/old" -o "$work/old/drive" "$repo"/clients/drive.c \
        "$repo"/clients/core/*.c -lm &&
        "$work/old/drive" -n 20 "127.0.0.1:$port"
}
check 'without liburing: the driver works' without_liburing
refuses 'without liburing: io_uring is skipped' 77 'io_uring: this build lacks liburing 2.3' "$work/old/drive" --describe --io io_uring

# As musl has them: <argp.h> is not there.
printf '#!/bin/sh\ncase "$*" in *-E*) ! grep -q argp ;; esac\n' > "$work/old/gcc_without_argp"
chmod +x "$work/old/gcc_without_argp"
refuses 'another C library: one line' 1 'glibc is needed' env NO_DEPS=1 CC="$work/old/gcc_without_argp" "$repo/bench/deps.sh" bench
musl_by_make() { ! make -C "$repo" CC="$work/old/gcc_without_argp" > "$work/output" 2>&1 && says "$work/output" 'gcc_without_argp finds no argp.h'; }
check 'another C library: make says so, too' musl_by_make
rmdir "$repo/build/gcc_without_argp" # of a variant that cannot be built
mkdir "$work/old/path"
printf '#!/bin/sh\necho hyperfine 1.12.0\n' > "$work/old/path/hyperfine"
chmod +x "$work/old/path/hyperfine"
refuses 'an old hyperfine: one line' 1 'hyperfine 1.12.0 is too old' env PATH="$work/old/path:$PATH" NO_DEPS=1 "$repo/bench/deps.sh" bench

# ---- settings of the user -------------------------------------------------------------------------------------------
mkdir "$work/home" "$work/a blank"
echo 'echo "BASH_ENV was read"; exit 3' > "$work/rude.sh"
echo 'set terminal dumb; exit' > "$work/home/.gnuplot"
echo 'def split(x): error("~/.jq was read");' > "$work/home/.jq"
# bash says it on standard error if there is no such locale, or it cannot be made here.
mkdir "$work/locales"
localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8" 2> /dev/null || rm -rf "$work/locales/de_DE.UTF-8"
rudely() {
    env LOCPATH="$work/locales" POSIXLY_CORRECT=1 CDPATH=.:/tmp GREP_OPTIONS=--nosuch BASH_ENV="$work/rude.sh" LC_ALL=de_DE.UTF-8 LANGUAGE=de TMPDIR="$work/a blank" HOME="$work/home" \
        "BASH_FUNC_cd%%=() { echo cd was replaced; }" "$@"
}
tree usual
many() { fixture usual "$1" 12 --experiments 'churn spawn' <<< '* * * server_cpu_us_per_connection 10'; } # RUN
check 'a run: planned, and filled in' many plain
mkdir "$work/rude results"
cp -r "$results/plain" "$work/rude results"
concluded() { "$repo/bench/conclude.sh" "$results/plain" && rudely "$repo/bench/conclude.sh" "$work/rude results/plain"; }
check 'rude settings: concluded' concluded
check 'rude settings: the same files' diff -rq "$results/plain" "$work/rude results/plain"
environment() { "$@" "$repo/bench/measure/environment.sh" run=x 2> /dev/null | jq 'del(.date, .costs)'; }
check 'rude settings: the same environment' equals environment "$(environment rudely)" "$(environment env)"
doctor() { rudely DOCTOR_SECONDS=0.1 make -C "$repo" --no-print-directory doctor > "$work/said" 2>&1 && ! grep -E 'command not found|was read|was replaced|unbound|syntax' "$work/said"; }
check 'rude settings: the doctor' doctor
check 'rude settings: it has findings' says "$work/said" 'findings: '

measured() { rudely RESULTS="$results" SELFTEST=no RUN=rude BUDGET=0 "$work/held/bench/run.sh" > "$work/rude.log" 2>&1 || { cat "$work/rude.log" && return 1; }; }
check 'rude settings: a run' measured
check 'rude settings: it is measured' all_ok "$results/rude/trials.tsv"

for awk in gawk mawk busybox original-awk; do
    if command -v "$awk" > /dev/null && { [ "$awk" != busybox ] || busybox awk 1 /dev/null 2> /dev/null; }; then
        mkdir "$work/$awk" && ln -s "$(command -v "$awk")" "$work/$awk/awk"
        check "$awk: the run verifies" env PATH="$work/$awk:$PATH" "$repo/bench/report/verify.sh" "$results/plain"
    else
        skips "$awk" 'it is not installed'
    fi
done

hurried() { nice -n 5 env LD_BIND_NOW=1 DOCTOR_SECONDS=0.1 "$repo/bench/doctor/doctor.sh" > "$work/said" 2> /dev/null; }
check 'low priority: the doctor' hurried
check 'low priority: is warned of' grep -qE '^warning +priority +nice 5, other' "$work/said"
check 'the loader: is warned of' grep -qE '^warning +loader +LD_BIND_NOW=1 ' "$work/said"

changed() { nice -n 5 env LD_BIND_NOW=1 "$repo/bench/measure/environment.sh" run=x | jq -c '[.nice, .scheduling_policy, .loader]'; }
check 'low priority, the loader: are in the environment' equals 'what is' "$(changed)" '[5,"other","LD_BIND_NOW=1"]'

# ---- the tree -------------------------------------------------------------------------------------------------------
if git -C "$repo" rev-parse HEAD > /dev/null 2>&1; then
    check 'core.autocrlf: the tree can be cloned' git -c core.autocrlf=true clone -q "$repo" "$work/clone"
    refuses 'core.autocrlf: scripts run' 2 'usage: deps.sh' "$work/clone/bench/deps.sh" everything
else
    skips 'core.autocrlf' 'this tree is not of git'
fi

# ---- installed ------------------------------------------------------------------------------------------------------
prefix=$work/a\ prefix
install_here() { make -C "$repo" --no-print-directory -s "$1" PREFIX="$prefix" > "$work/output" 2>&1 || { cat "$work/output" && return 1; }; }
pages_are_whole() {
    local program option
    for program in drive echo; do
        "$prefix/bin/forklore-$program" --help > "$work/help" || return 1
        while read -r option; do
            says <(tr -d '\134' < "$prefix/share/man/man1/forklore-$program.1") "$option" || return 1
        done < <(grep -oE -- '--[a-z-]+' "$work/help")
    done
}
pages_are_good() {
    local page
    for page in "$prefix"/share/man/man1/*.1; do groff -man -Tutf8 -ww "$page" 2>&1 > "$work/page" | { ! grep .; } || return 1; done
    says "$work/page" 'standard input to an echo server'
}
if [ "$BUILD" = build ]; then
    check 'installed: with manual pages' install_here install
    check 'installed: says where' says "$work/output" "installed $prefix/share/man/man1/forklore-drive.1"
    check 'installed: the driver works' "$prefix/bin/forklore-drive" -n 20 "127.0.0.1:$port"
    check 'installed: each option has its place in the page' pages_are_whole
    if command -v groff > /dev/null; then check 'installed: the pages are good' pages_are_good; else skips 'installed: the pages' 'groff is not installed'; fi
    check 'uninstalled' install_here uninstall
    check 'uninstalled: nothing is left' equals 'what is left' "$(find "$prefix" -type f)" ''
else
    skips 'installed' 'the plain build is'
fi

kill "$server"
verdict
