# forklore: every target. `make help` lists them with the time each takes on 2 cores.
#
# No file is listed by name: a .c file in servers/, clients/, tests/, bench/micro/spawn/ or bench/micro/ipc/ is a
# program, and so is a file of another room of bench/ that has a main(). All other files of bench/, and those of a core/
# folder, are linked into the programs that use them.
# servers/peers/libX.c is the server build/servers/libX and linked with -lX; servers/inetd/ holds what a server of
# servers/ executes, and bench/micro/images/ what a child of bench/micro/spawn/ can execute; bench/measure/types/ holds the
# trial types, and servers/state/ what every server can be told to use. servers/foreign/ is built by its own commands, when it is
# measured.

# -p, here and in the scripts: CDPATH, BASH_ENV and functions from the environment have no effect.
SHELL := /bin/bash
.SHELLFLAGS := -pc
unexport CDPATH BASH_ENV ENV GREP_OPTIONS POSIXLY_CORRECT
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

# ---- knobs: CC=clang, SAN=address|undefined|thread, LINK=static, OPT=-O0, WERROR=1 -----------------------------------
# SAN=address includes undefined: the two work together. Each variant has its own folder (build/address, build/clang-static,
# build/O0), so one does not overwrite another; build/ itself holds the plain build.
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
OPT = -O2
SAN =
LINK =
RESULTS := $(or $(RESULTS),results)
VARIANT := $(subst $() ,-,$(strip $(filter-out gcc,$(notdir $(CC))) $(SAN) $(LINK) $(patsubst -%,%,$(filter-out -O2,$(OPT)))))
B := build$(VARIANT:%=/%)
BUILD := $(B)
export ACCEPT BUILD BUDGET SEED EXPERIMENTS MODELS RUN RESULTS SERVER SERVERS SERVER_CPUS CLIENT_CPUS CLIENT_HOSTS LAUNCH SERVER_ADDRESS SELFTEST NO_DEPS

comma := ,
SANITIZE = $(if $(SAN),-fsanitize=$(SAN:address=address$(comma)undefined) -fno-omit-frame-pointer -fno-sanitize-recover=all)
CFLAGS = -std=c11 -D_GNU_SOURCE -I. $(OPT) -g -pthread -Wall -Wextra $(SANITIZE) $(URING:-luring=-DHAS_LIBURING) $(SECCOMP:-lseccomp=-DHAS_SECCOMP)
STATIC = $(if $(filter static,$(LINK)),-static)
# Without liburing 2.3, whose functions these are, the io_uring models and backend are built all the same and say so when started.
URING := $(shell printf '\043include <liburing.h>\nint main(void) { io_uring_prep_recv_multishot(0, 0, 0, 0, 0); \
	io_uring_prep_multishot_accept_direct(0, 0, 0, 0, 0); io_uring_buf_ring_advance(0, 0); }' | \
	$(CC) -D_GNU_SOURCE -xc - -o /dev/null -luring 2> /dev/null && echo -luring)
# Bind symbols at program start. With lazy binding, each forked child would bind recv and send again, and fork would look 15 %
# more expensive than it is.
LDFLAGS = -pthread -Wl,--as-needed -Wl,-z,now $(SANITIZE) $(STATIC)
LDLIBS = $(URING) -lrt -lm

ifneq ($(filter-out address undefined thread,$(SAN)),)
$(error SAN must be address, undefined or thread, not '$(SAN)')
endif
ifneq ($(filter-out static,$(LINK)),)
$(error LINK must be static or empty, not '$(LINK)')
endif
ifneq ($(and $(SAN),$(LINK)),)
$(error SAN and LINK=static exclude each other: the sanitizers need dynamic linking)
endif

# ---- programs ----------------------------------------------------------------------------------------
PROGRAM_DIRS = servers servers/inetd clients bench/micro/spawn bench/micro/images bench/micro/ipc
STEPS := $(patsubst %.c,$(B)/%,$(filter-out %_main.c,$(shell grep -lE '^int main\b' bench/*/*.c)))
PEERS := $(patsubst servers/peers/%.c,%,$(wildcard servers/peers/*.c))
PROGRAMS := $(foreach d,$(PROGRAM_DIRS),$(patsubst %.c,$(B)/%,$(wildcard $(d)/*.c))) $(STEPS) $(PEERS:%=$(B)/servers/%)
TESTS := $(patsubst %.c,$(B)/%,$(wildcard tests/*.c))
FIXTURES := $(patsubst tests/%.c,$(B)/%,$(wildcard tests/fixture/*.c))
OBJECT = $(patsubst %.c,$(B)/objects/%.o,$(1))
SCRIPTS = $(wildcard */*.sh */*/*.sh) .ci/run

.PHONY: all help deps deps-languages bench bench-all deploy-clients doctor figures test check check-deep plots report lint format docs clean verify compare cite pack pool machines install uninstall
all: $(PROGRAMS)

LINKS_WITH = $(shell echo 'int main(void) { return 0; }' | $(CC) -xc - $(STATIC) -o /dev/null $(1) 2> /dev/null && echo $(1))

# A peer without its library is built anyway and reports that when it is started. (Debian's libuv.a is called libuv_a.a.)
PEER_LIBS := $(foreach p,$(PEERS),$(or $(call LINKS_WITH,$(p:lib%=-l%)),$(call LINKS_WITH,$(p:lib%=-l%_a))))

# So is a model without libseccomp.
SECCOMP := $(call LINKS_WITH,-lseccomp)
LDLIBS += $(SECCOMP)

# The cost of fork depends on linking: build/linked_static/ has statically linked copies of these folders' programs. If that is
# impossible, build/linked_static/none says why.
COPIED := $(foreach d,servers servers/inetd bench/micro/spawn bench/micro/images,$(patsubst %.c,$(B)/%,$(wildcard $(d)/*.c)))
NO_COPIES := $(or $(if $(SAN),the sanitizers need dynamic linking),$(if $(STATIC),every program of this build is linked statically),\
	$(if $(call LINKS_WITH,-static $(LDLIBS)),,the C library, liburing or libseccomp cannot be linked statically here))
COPIES := $(if $(NO_COPIES),,$(COPIED:$(B)/%=$(B)/linked_static/%))
all: $(or $(COPIES),$(B)/linked_static/none)

# The speed of a server also depends on the addresses that its functions happen to get (Mytkowicz et al. 2009).
# build/layouts/K/ has the servers whose ratios are cited most, each linked from the same objects in the order of the seed K.
# A build without them says why in build/layouts/none.
LAYOUTS := 1 2 3 4 5 6 7 8
LAID_OUT := epoll fork prefork thread
NO_LAYOUTS := $(if $(SAN)$(STATIC),a build with a sanitizer or static linking has one layout only)
all: $(or $(if $(NO_LAYOUTS),$(B)/layouts/none),$(foreach k,$(LAYOUTS),$(LAID_OUT:%=$(B)/layouts/$(k)/servers/%)))

# The flags are a file: when they change, or an optional library is installed, the variant is rebuilt, so its folder never mixes
# flags. WERROR is none of them: it changes no program.
FLAGS = $(CC) $(CFLAGS) $(LDFLAGS) $(PEER_LIBS) $(SECCOMP)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(FLAGS)' | cmp -s - $@ || { $(FINDS_ARGP) && rm -rf $(B)/linked_static $(B)/layouts && echo '$(FLAGS)' > $@; }
FORCE:
FINDS_ARGP = { echo '\#include <argp.h>' | $(CC) -E -xc - > /dev/null 2>&1 || { \
	echo '$(CC) finds no argp.h, which glibc has and musl has not: install a compiler for glibc (make deps) or choose one (CC=gcc)' >&2; exit 1; }; }

$(B)/linked_static/none $(B)/layouts/none: $(B)/flags
	@mkdir -p $(@D)
	@echo '$(if $(filter %layouts/none,$@),$(NO_LAYOUTS),$(NO_COPIES))' > $@

# Programs find each other in the folder of their variant, seen from the directory that holds build/.
VERSION := $(shell sed -n 's/^version: *//p' $(wildcard CITATION.cff) < /dev/null)
BUILD_FOLDER = -DBUILD_FOLDER='"$(B)"' -DVERSION='"$(VERSION)"'
$(B)/objects/%.o: %.c $(B)/flags $(wildcard CITATION.cff)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(if $(filter 1,$(WERROR)),-Werror) $(BUILD_FOLDER) -MMD -MP -c -o $@ $<

# Code shared by the programs of a folder, as an archive: each program gets only what it uses.
CORES = servers clients tests
$(B)/objects/bench/core.a: $(call OBJECT,$(filter-out $(STEPS:$(B)/%=%.c) %_main.c bench/measure/types/% \
	bench/micro/spawn/% bench/micro/ipc/% bench/micro/images/%,$(wildcard bench/*/*.c bench/*/*/*.c)))
$(foreach d,$(CORES),$(eval $(B)/objects/$(d)/core.a: $(call OBJECT,$(filter-out %main.c,$(wildcard $(d)/core/*.c $(d)/core/*/*.c)))))
$(B)/objects/bench/core.a $(CORES:%=$(B)/objects/%/core.a):
	@mkdir -p $(@D); rm -f $@
	ar rcs $@ $^

LINK_PROGRAM = @mkdir -p $(@D); echo "$(CC) -o $@"; $(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

SERVER_MAIN := $(B)/objects/servers/core/main.o $(call OBJECT,$(sort $(wildcard servers/state/*.c))) $(B)/objects/servers/core.a
INETD := $(filter $(B)/servers/inetd/%,$(PROGRAMS))
SERVER_PROGRAMS := $(patsubst %.c,$(B)/%,$(wildcard servers/*.c))
CLIENTS := $(filter $(B)/clients/%,$(PROGRAMS))
TRIAL_TYPES := $(call OBJECT,$(sort $(wildcard bench/measure/types/*.c)))
SPAWN := $(filter $(B)/bench/micro/spawn/%,$(PROGRAMS))
IMAGES := $(filter $(B)/bench/micro/images/%,$(PROGRAMS))
IPC := $(filter $(B)/bench/micro/ipc/%,$(PROGRAMS))

define LINK_INTO # a folder: the variant's, or that of the copies
$(SERVER_PROGRAMS:$(B)/%=$(1)/%): $(1)/%: $(B)/objects/%.o $(SERVER_MAIN)
	$$(LINK_PROGRAM)
$(INETD:$(B)/%=$(1)/%): $(1)/%: $(B)/objects/%.o $(B)/objects/servers/core.a
	$$(LINK_PROGRAM)
$(SPAWN:$(B)/%=$(1)/%): $(1)/%: $(B)/objects/%.o $(B)/objects/bench/micro/spawn_main.o $(B)/objects/bench/core.a
	$$(LINK_PROGRAM)
$(IMAGES:$(B)/%=$(1)/%): $(1)/%: $(B)/objects/%.o
	$$(LINK_PROGRAM)
endef
$(foreach folder,$(B) $(B)/linked_static,$(eval $(call LINK_INTO,$(folder))))
$(COPIES): private STATIC = -static

define LINK_LAYOUT # a seed
$(LAID_OUT:%=$(B)/layouts/$(1)/servers/%): $(B)/layouts/$(1)/servers/%: $(B)/objects/servers/%.o $(SERVER_MAIN) servers/layout.sh
	@mkdir -p $$(@D); echo "$(CC) -o $$@"
	@LINKER='$(CC) $(LDFLAGS)' LIBRARIES='$(LDLIBS)' servers/layout.sh $(1) $$@ $$(filter %.o %.a,$$^)
endef
$(foreach k,$(LAYOUTS),$(eval $(call LINK_LAYOUT,$(k))))

$(PEERS:%=$(B)/servers/%): private LDLIBS += $(filter $(@F:lib%=-l%) $(@F:lib%=-l%_a),$(PEER_LIBS))
$(PEERS:%=$(B)/servers/%): $(B)/servers/%: $(B)/objects/servers/peers/%.o $(SERVER_MAIN)
	$(LINK_PROGRAM)
$(CLIENTS): $(B)/%: $(B)/objects/%.o $(B)/objects/clients/core.a
	$(LINK_PROGRAM)
$(IPC): $(B)/%: $(B)/objects/%.o $(B)/objects/bench/micro/ipc_main.o $(B)/objects/bench/core.a
	$(LINK_PROGRAM)
$(STEPS): $(B)/%: $(B)/objects/%.o $(TRIAL_TYPES) $(B)/objects/bench/core.a $(B)/objects/clients/core.a
	$(LINK_PROGRAM)
# Trial types are found in a section of the program, not by their names: an archive would leave them out.
$(patsubst %.c,$(B)/%,$(shell grep -ls 'bench/measure/trial/trial_type.h' tests/*.c)): $(TRIAL_TYPES)
$(STEPS): private LDLIBS += -ljansson
$(TESTS): private LDLIBS += -ljansson -lcmocka
$(TESTS): private STATIC = # cmocka comes as a shared library only
$(TESTS): $(B)/%: $(B)/objects/%.o $(B)/objects/tests/core.a $(B)/objects/servers/core.a $(B)/objects/bench/core.a $(B)/objects/clients/core.a
	$(LINK_PROGRAM)
# What labs are graded with needs no cmocka: of tests/core/ it has what does not include it.
$(B)/objects/tests/hazards.a: $(call OBJECT,$(shell grep -L cmocka.h tests/core/*.c))
	@mkdir -p $(@D); rm -f $@
	ar rcs $@ $^
$(B)/check: $(call OBJECT,$(wildcard tests/check/*.c)) $(B)/objects/tests/hazards.a $(B)/objects/bench/core.a $(B)/objects/clients/core.a
	$(LINK_PROGRAM)
$(FIXTURES): $(B)/%: $(B)/objects/tests/%.o $(B)/objects/bench/core.a $(B)/objects/clients/core.a
	$(LINK_PROGRAM)

-include $(shell find $(B)/objects -name '*.d' 2>/dev/null)

# ---- targets ---------------------------------------------------------------------------------------
help:
	@echo 'make               build all programs into build/; a variant (CC=clang, SAN=address|undefined|thread,      20 s'
	@echo '                   LINK=static, OPT=-O0) into a folder of its own: build/clang, build/address, ...'
	@echo 'make bench         install what is missing, build, measure, plot, report: results/RUN/report.html      11 min'
	@echo '                   BUDGET=2 is a first look; EXPERIMENTS="churn" MODELS="fork epoll" SEED=7 RUN=name'
	@echo '                   SERVER_CPUS=1 CLIENT_CPUS=0; RUN of an interrupted run continues it; SELFTEST=no: no self-tests'
	@echo '                   SERVER="./mine {port}": beside a server of your own; SERVERS=file: several, NAME=COMMAND a line'
	@echo '                   CLIENT_HOSTS="a b" SERVER_ADDRESS=192.0.2.1: clients on other hosts, by ssh or LAUNCH="srun -w {} ..."'
	@echo 'make deploy-clients CLIENT_HOSTS="a b"   copy the agent to client hosts, by ssh or LAUNCH                     2 s'
	@echo 'make bench-all     the same for all questions: EXPERIMENTS=all BUDGET=75                              76 min'
	@echo 'make doctor        report what on this machine will distort the numbers; changes nothing               15 s'
	@echo 'make plots RUN=r   draw the plots of results/r again                                                     10 s'
	@echo 'make report RUN=r  recompute everything after the trials of results/r, and results/index.html       15 s'
	@echo 'make verify RUN=r  recompute everything after the trials and compare; replay the scheduler           30 s'
	@echo 'make cite RUN=r ID=churn.fork   one result as a sentence with interval and conditions; without ID a list          1 s'
	@echo 'make pack RUN=r    make results/r small enough to commit; report and verify still work                 5 s'
	@echo 'make compare BASE=r NEW=s   two runs: changed, same, undecided; writes results/s/compare-r.html               1 s'
	@echo 'make pool RUNS="a b c"   runs of several machines, or folders of runs: results/pool/pool.html; ACCEPT=yes: also dirty ones  30 s a run'
	@echo 'make machines      results/machines.tsv, which reports compare their machine with: of the reference runs       30 s'
	@echo 'make figures       show figures 12-1 to 12-4 of CS:APP, observed live on the fork server                1 s'
	@echo 'make check         SERVER="./mine {port}": does your own server keep the rules? One line a rule (lossy end,          5 s'
	@echo '                   stalled client, resets, leaks, zombies, stopping ...); HAZARDS="half_close dribble": only these'
	@echo 'make test          install what is missing, build, test (a variant likewise)                            4 to 15 min'
	@echo 'make check-deep    the tests under every sanitizer and compiler, and linked statically                30 min and more'
	@echo 'make deps          only install what the other targets need (NO_DEPS=1: only print the command)      1 min'
	@echo 'make deps-languages  install what servers/foreign/ needs: go, node, java, rust, erlang, ncat, xinetd       2 min'
	@echo 'make lint          clang-format, cppcheck, shellcheck, includes, words                                20 s'
	@echo 'make format        format the code                                                                     1 s'
	@echo 'make docs          write the tables of keys into the READMEs beside the conf files                       1 s'
	@echo 'make clean         remove build/; results/ stays                                                        1 s'
	@echo 'make install       the clients drive and echo as forklore-drive and forklore-echo, with manual pages,          20 s'
	@echo '                   into PREFIX (/usr/local); make uninstall removes them'

deps:
	@CC='$(CC)' bench/deps.sh all

deps-languages:
	@CC='$(CC)' bench/deps.sh languages

bench:
	@CC='$(CC)' bench/deps.sh bench
	@$(MAKE) --no-print-directory -s all
	@bench/run.sh

bench-all: export BUDGET := $(or $(BUDGET),75)
bench-all: export EXPERIMENTS := all
bench-all: bench

deploy-clients: $(B)/clients/drive $(B)/clients/agent
	@$< --deploy --hosts "$$CLIENT_HOSTS" $${LAUNCH:+--launch "$$LAUNCH"}

doctor:
	@bench/doctor/doctor.sh

figures:
	@$(MAKE) --no-print-directory -s $(B)/bench/figures/figures $(B)/servers/fork
	@$(B)/bench/figures/figures

test:
	@CC='$(CC)' bench/deps.sh test
	@$(MAKE) --no-print-directory -s all tests
	@SAN='$(SAN)' tests/run.sh

.PHONY: tests
tests: $(TESTS) $(FIXTURES) $(B)/check

check:
	@[ -n "$$SERVER" ] || { echo "SERVER is missing: make check SERVER='./mine {port}'" >&2; exit 2; }
	@CC='$(CC)' bench/deps.sh check
	@$(MAKE) --no-print-directory -s $(B)/check $(B)/bench/measure/foreign
	@$(B)/check "$$SERVER" $(HAZARDS)

check-deep:
	@tests/deep.sh

RUN_NAMES = $(patsubst $(RESULTS)/%/,%,$(wildcard $(RESULTS)/*/))
NEED_RUN = @[ -n '$(RUN)' ] || { echo 'RUN=name is missing, one of: $(RUN_NAMES)' >&2; exit 2; }; \
	[ -d '$(RESULTS)/$(RUN)' ] || { echo '$(RESULTS)/$(RUN) is not a run, these are: $(RUN_NAMES)' >&2; exit 1; }

plots: $(B)/bench/report/plot_tables
	$(NEED_RUN)
	@bench/report/plots.sh '$(RESULTS)/$(RUN)'

REPORTERS = $(patsubst %,$(B)/bench/%,analyse/analyse measure/replay report/report report/plot_tables)
report: $(REPORTERS)
	$(NEED_RUN)
	@bench/report/later.sh '$(RESULTS)/$(RUN)'
	@bench/conclude.sh '$(RESULTS)/$(RUN)'
	@bench/report/index.sh '$(RESULTS)'

verify: $(REPORTERS)
	$(NEED_RUN)
	@bench/report/verify.sh '$(RESULTS)/$(RUN)'

cite: $(B)/bench/report/cite
	$(NEED_RUN)
	@$< '$(RESULTS)/$(RUN)' $(if $(ID),'$(ID)')

pack: $(B)/bench/report/report
	$(NEED_RUN)
	@bench/report/pack.sh '$(RESULTS)/$(RUN)'

compare: $(B)/bench/report/compare
	@[ -n '$(BASE)' ] && [ -n '$(NEW)' ] || { echo 'BASE=name NEW=name are missing, two of: $(RUN_NAMES)' >&2; exit 2; }
	@$< '$(RESULTS)/$(BASE)' '$(RESULTS)/$(NEW)'; status=$$?; page='$(RESULTS)/$(NEW)/compare-$(notdir $(BASE))'; \
	case $$status in 0 | 3) [ ! -w '$(RESULTS)/$(NEW)' ] || { bench/report/render.py compare.html.j2 "$$page.json" "$$page.html" && echo "page: $$page.html"; } || exit 1;; esac; \
	exit $$status

# A run is a name in RESULTS, or a path; so is a folder of runs.
pool: $(B)/bench/report/pool $(REPORTERS)
	@[ -n '$(RUNS)' ] || { echo 'RUNS="name or folder ..." is missing, some of: $(RUN_NAMES)' >&2; exit 2; }
	@bench/report/pool.sh '$(RESULTS)/pool' $(foreach run,$(RUNS),'$(if $(wildcard $(RESULTS)/$(run)),$(RESULTS)/$(run),$(run))')

# What reports compare their machine with (bench/report/model/known.h): of the runs that are committed.
machines: RUNS = $(notdir $(shell git ls-files 'results/*/environment.json' | xargs -rn 1 dirname))
machines: pool
	@cp '$(RESULTS)/pool/machines.tsv' results/machines.tsv

# Not under their own names: another echo would come before the one that scripts expect.
PREFIX = /usr/local
INSTALLED = drive echo
INSTALLED_FILES = $(foreach p,$(INSTALLED),'$(DESTDIR)$(PREFIX)/bin/forklore-$(p)' '$(DESTDIR)$(PREFIX)/share/man/man1/forklore-$(p).1')
install: $(INSTALLED:%=$(B)/clients/%)
	@install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/man/man1'
	@for program in $(INSTALLED); do \
		install $(B)/clients/$$program '$(DESTDIR)$(PREFIX)/bin/'forklore-$$program && \
		clients/man.sh $(B)/clients/$$program forklore-$$program > '$(DESTDIR)$(PREFIX)/share/man/man1/'forklore-$$program.1 || exit; \
	done
	@printf 'installed %s\n' $(INSTALLED_FILES)

uninstall:
	@rm -f $(INSTALLED_FILES)

C_FILES = $(wildcard */*.[ch] */*/*.[ch] */*/*/*.[ch])
lint:
	@CC='$(CC)' bench/deps.sh lint
	@clang-format --dry-run --Werror $(C_FILES)
	@cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --inline-suppr -I. --std=c11 -D_GNU_SOURCE $(BUILD_FOLDER) \
		--suppress=missingIncludeSystem $(filter %.c,$(C_FILES))
	@shellcheck $(SCRIPTS)
	@$(MAKE) -s help > /dev/null # its quotes
	@tests/includes.sh
	@tests/words.sh

docs: $(B)/bench/base/docs
	@$<

format:
	@clang-format -i $(C_FILES)

clean:
	rm -rf build
