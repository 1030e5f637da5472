# maskgrid: one Makefile, nothing recursive, everything built under build/.
#
#   make REAL=double    numeric core in double, for exact gradient checks
#   make SAN=1          address and undefined-behaviour sanitizers
#   make GEMM=own       products of matrices by core/cpu/product.c, not OpenBLAS
#   make GEMM=dnnl      products of matrices by oneDNN (libdnnl-dev)
#   make MPI=1          ranks that train one cell together, under mpirun (libopenmpi-dev)
#
# Each combination has its own folder, so switching never mixes objects.
# What a target needs from Debian it installs first (scripts/setup.sh).

REAL ?= float
SAN  ?= 0
GEMM ?= openblas
MPI  ?= 0
B    := build/$(REAL)$(patsubst %,-%,$(filter-out openblas,$(GEMM)))$(if $(filter 1,$(MPI)),-mpi)$(if $(filter 1,$(SAN)),-san)

VERSION := 0.1.0
DATED   := 2026-11-23
prefix  ?= $(or $(PREFIX),/usr/local)

# Looked up when used, not when read: on a fresh machine pkg-config comes later.
PKGS      = openblas hdf5 yaml-0.1 jansson yajl libpng libjpeg zlib libb2
PKG_C     = $(eval PKG_C := $$(shell pkg-config --cflags $$(PKGS)))$(PKG_C)
PKG_L     = $(eval PKG_L := $$(shell pkg-config --libs $$(PKGS)))$(PKG_L)
CRITERION = $(shell pkg-config --libs criterion)

CFLAGS   ?= -O3 -g -march=native
CPPFLAGS += -I. -I$(B) $(PKG_C) -DMASKGRID_VERSION='"$(VERSION)"' -DMASKGRID_DATED='"$(DATED)"'
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wstrict-prototypes \
            -Wmissing-prototypes -Wconversion -Wno-sign-conversion
LDLIBS    = -lhdf5_hl $(PKG_L) -ldl -lm
# All that a plug-in may call.
override LDFLAGS += -Wl,--export-dynamic-symbol='rng_*'

# Nothing is fused that is not written so, except in the kernels: masks and
# statistics have the same bits whatever the compiler.  There gcc also schedules
# before it allocates registers; else attention's tiles load each operand anew
# for each use and run at two thirds of the speed.  Nor do square roots set errno
# there, for which AdamW would go a number at a time.
override CFLAGS += -std=c11 -fopenmp $(WARN) -ffp-contract=off
KERNEL_FLAGS    := -ffp-contract=fast -fschedule-insns -fno-math-errno
ifeq ($(REAL),double)
CPPFLAGS += -DREAL_IS_DOUBLE
endif
ifeq ($(GEMM),dnnl)
ifeq ($(REAL),double)
$(error oneDNN multiplies floats only: GEMM=dnnl is not for REAL=double)
endif
CPPFLAGS += -DGEMM_IS_DNNL
LDLIBS   += -ldnnl
else ifeq ($(GEMM),own)
CPPFLAGS += -DGEMM_IS_OWN
else ifneq ($(GEMM),openblas)
$(error GEMM is openblas, own or dnnl, not $(GEMM))
endif
ifeq ($(MPI),1)
PKGS     += ompi-c
PACKAGES := libopenmpi-dev openmpi-bin
endif
ifeq ($(SAN),1)
# What nobody has set is the same bad value every time.
override CFLAGS += -O1 -fno-omit-frame-pointer \
                   -fsanitize=address,undefined -fno-sanitize-recover=all \
                   -ftrivial-auto-var-init=pattern
LDFLAGS  += -fsanitize=address,undefined
# LeakSanitizer cannot run under ptrace, and OpenMP keeps its pool.
RUN      := ASAN_OPTIONS=detect_leaks=0
endif

# What is being built, for the records.  A tree with files that git does not know
# is not clean: a strategy dropped in is code too.
GIT     = git --git-dir=.git
COMMIT  = $(or $(shell $(GIT) rev-parse HEAD 2>/dev/null),unknown)
TREE    = $(shell if s=$$($(GIT) status --porcelain 2>/dev/null); then \
                      [ -z "$$s" ] && echo clean || echo modified; else echo unknown; fi)

STRATEGIES := $(filter-out strategies/registry.c,$(sort $(wildcard strategies/*.c)))
LIB  := $(wildcard core/*/*.c core/tape/ops/*.c strategies/registry.c) $(STRATEGIES)
LIB  := $(filter-out core/train/ranks_$(if $(filter 1,$(MPI)),one,mpi).c,$(LIB))
APP  := $(wildcard experiments/*/*.c)
COMMANDS := $(filter-out experiments/cli/cli.c,$(sort $(wildcard experiments/cli/*.c)))
MAIN := experiments/main.c
TEST := $(wildcard tests/*.c tests/*/*.c)
TEST := $(filter-out tests/run/test_$(if $(filter 1,$(MPI)),strangers,ranks).c,$(TEST))
PLUGINS := $(patsubst tests/plugin/%.c,$(B)/plugins/%.so,$(wildcard tests/plugin/*/*.c)) \
           $(B)/plugins/edges.so
obj   = $(patsubst %,$(B)/%.o,$(1))

all: setup ## build the program
	@$(MAKE) --no-print-directory $(B)/maskgrid

# Two tests run at a time, each with threads: they must not spin while they wait.
test: setup ## build and run all tests, or FILTER='rng/*'
	@$(MAKE) --no-print-directory $(B)/maskgrid $(B)/run-tests plugins
	OMP_WAIT_POLICY=passive $(RUN) MASKGRID=$(B)/maskgrid $(B)/run-tests -j2 $(if $(FILTER),--filter '$(FILTER)')

check: setup ## everything a commit must pass: lint, tests in float, double, sanitizers
	scripts/lint.sh
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory test REAL=double
	@$(MAKE) --no-print-directory test SAN=1

slurm-test: all ## a recipe under a real Slurm, started for it: two minutes
	tests/slurm/slurm.sh $(B)/maskgrid

report-test: $(B)/maskgrid ## a report, looked at in Chromium: half a minute
	tests/report/report.sh $(B)/maskgrid $(SHOTS)

mpi-test: ## build with MPI=1 and run the tests of ranks: a minute
	@$(MAKE) --no-print-directory test MPI=1 FILTER='ranks/*'

demo: all ## compare eight strategies on real images, in a few minutes
	$(B)/maskgrid run demo
	$(B)/maskgrid plot demo
	$(B)/maskgrid table demo

BENCH ?= results/bench/bench.json
bench: all ## 16 minutes: throughput beside PyTorch's and bare products; PHOTOS=folder
	scripts/bench.sh $(B)/maskgrid '$(BENCH)' $(if $(PHOTOS),--photos '$(PHOTOS)')

# Fuzz targets need clang; only the parsers are built for them.
FUZZ_SECONDS ?= 0
FUZZ         ?= $(filter-out test_%,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
FUZZ_LIB     := $(wildcard core/base/*.c core/data/*.c) experiments/recipe/yaml.c
FUZZ_LIB     += core/train/safetensors.c core/train/safetensors_index.c
FUZZ_LIB     += core/train/torch.c core/train/pickle.c
fuzz: ## build the fuzz targets; FUZZ_SECONDS=600 runs each for so long, FUZZ=idx that one
	@scripts/setup.sh clang libclang-rt-dev libomp-dev
	@$(MAKE) --no-print-directory B=build/fuzz CC=clang FUZZING=1 $(FUZZ:%=build/fuzz/%)
	@[ $(FUZZ_SECONDS) = 0 ] || for t in $(FUZZ); do \
	    scripts/fuzz.sh build/fuzz/$$t tests/fuzz/seeds/$$t $(FUZZ_SECONDS) || exit; done
ifdef FUZZING
CPPFLAGS += -DFUZZING
override CFLAGS += -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all \
                   -fsanitize=address,undefined,fuzzer-no-link
build/fuzz/%: $(B)/tests/fuzz/%.c.o $(call obj,$(FUZZ_LIB))
	@echo '  link  $@'
	@$(CC) $(CFLAGS) -fsanitize=fuzzer $^ $(LDLIBS) -o $@
endif

HEADERS := core/mask/mask.h core/base/rng.h # what a plug-in includes
STAGE   := $(B)/stage
SHARE   := $(STAGE)/share
install: all ## install below prefix (/usr/local), or DESTDIR
	rm -rf $(STAGE)
	install -D $(B)/maskgrid $(STAGE)/bin/maskgrid
	install -d $(SHARE)/maskgrid $(STAGE)/lib/maskgrid/plugins $(STAGE)/lib/pkgconfig
	cp -r experiments/recipes scripts/gnuplot scripts/slurm strategies/plugin results/published \
	    $(SHARE)/maskgrid/
	install -D -m 644 -t $(SHARE)/maskgrid/report experiments/report/page.css \
	    experiments/report/page.js
	for h in $(HEADERS); do install -D -m 644 $$h $(STAGE)/include/maskgrid/$$h || exit; done
	sed 's/@VERSION@/$(VERSION)/' scripts/maskgrid.pc > $(STAGE)/lib/pkgconfig/maskgrid.pc
	$(B)/maskgrid manual --out $(SHARE)/man
	install -D -m 644 scripts/completion/maskgrid.bash $(SHARE)/bash-completion/completions/maskgrid
	install -D -m 644 scripts/completion/_maskgrid $(SHARE)/zsh/site-functions/_maskgrid
	install -D -m 644 scripts/completion/maskgrid.fish $(SHARE)/fish/vendor_completions.d/maskgrid.fish
	scripts/install.sh put $(STAGE) '$(DESTDIR)$(prefix)'

uninstall: ## remove what install has put there, and nothing else
	scripts/install.sh remove '$(DESTDIR)$(prefix)'

$(B)/maskgrid: $(call obj,$(LIB) $(APP) $(MAIN))
	@echo '  link  $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/run-tests: $(call obj,$(LIB) $(APP) $(TEST))
	@echo '  link  $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) $(CRITERION) -o $@

plugins: $(PLUGINS)

BUILD_PLUGIN = $(CC) -I. -std=c11 -O2 -g $(WARN) -fPIC -shared $< -o $@
$(PLUGINS): $(HEADERS)
$(B)/plugins/%.so: tests/plugin/%.c
	@mkdir -p $(@D)
	@echo '  so    $<'
	@$(BUILD_PLUGIN)
$(B)/plugins/edges.so: strategies/plugin/edges.c
	@mkdir -p $(@D)
	@$(BUILD_PLUGIN)

$(B)/core/cpu/%.c.o: override CFLAGS += $(KERNEL_FLAGS)
# A tile of products fills all registers; scheduled before it has them it loses a fifth.
$(B)/core/cpu/product.c.o: override CFLAGS += -fno-schedule-insns

$(B)/%.c.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  cc    $<'
	@$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# Files below are rewritten only when their text changes, so a new strategy or
# command recompiles its registry and a new flag recompiles everything.
$(B)/gen/strategies.def: TEXT = $(foreach s,$(STRATEGIES:strategies/%.c=%), \
                                   STRATEGY($(s), "$(subst _,-,$(s))"))
$(B)/gen/commands.def:   TEXT = $(patsubst experiments/cli/%.c,COMMAND_FILE(%),$(COMMANDS))
$(B)/gen/build.def:      TEXT = BUILD_FACT(commit, "$(COMMIT)") BUILD_FACT(tree, "$(TREE)") \
                                BUILD_FACT(flags, "$(CFLAGS)")
$(B)/flags:              TEXT = $(CC) $(CPPFLAGS) $(CFLAGS)
$(B)/gen/strategies.def $(B)/gen/commands.def $(B)/gen/build.def $(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(TEXT)' | cmp -s - $@ || echo '$(TEXT)' > $@

# Pages of the manual that are READMEs, as lines of C.
$(B)/gen/recipe.lines:     experiments/recipes/README.md
$(B)/gen/record.lines:     results/README.md
$(B)/gen/strategies.lines: strategies/README.md
$(B)/gen/%.lines:
	@mkdir -p $(@D)
	@sed 's/[\\"]/\\&/g; s/.*/"&",/' $< > $@

$(B)/strategies/registry.c.o: $(B)/gen/strategies.def
$(B)/experiments/cli/cli.c.o: $(B)/gen/commands.def
$(B)/experiments/manual/pages.c.o: $(B)/gen/recipe.lines $(B)/gen/record.lines $(B)/gen/strategies.lines
$(B)/experiments/record/provenance.c.o: $(B)/gen/build.def

setup: ## install the Debian packages that are missing
	@scripts/setup.sh $(if $(filter dnnl,$(GEMM)),libdnnl-dev) $(PACKAGES)

clean: ## remove build/
	rm -rf build

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

.PHONY: all test check slurm-test report-test mpi-test demo bench fuzz install uninstall plugins setup clean help FORCE
.DELETE_ON_ERROR:
-include $(patsubst %,$(B)/%.d,$(LIB) $(APP) $(MAIN) $(TEST))
