# Two commands do everything on a fresh machine with a Swift toolchain: `make run` and `make test`.
DATA ?= .data
PORT ?= 8787

# The heap in large pages, where the kernel gives them to who asks: what many objects have is spread over much memory.
run bench: export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1

.PHONY: sweep workflow-sweep cluster-sweep moves run test gate bench conformance foreign-door setup build lint tsan clean

run: setup
	swift build -c release --product task-agent
	swift build -c release --product sandbox-supervisor
ifdef NODES
	exec ./scripts/cluster $(NODES) $(PORT) $(DATA)
else
	exec .build/release/task-agent --data $(DATA) --port $(PORT) --development
endif

test: setup lint
	swift build --build-tests
	./scripts/test --skip-build
	swift test --package-path Benchmarks
	./scripts/foreign-door AG
	./scripts/gate debug
	FOREIGN_DOOR=1 ./scripts/gate debug

gate: setup
	swift build -c release
	./scripts/gate release

bench: setup
	./scripts/bench

conformance: setup
	./scripts/conformance

# The conformance tests with every host behind a node that owns none of its objects.
foreign-door: setup
	swift build --build-tests
	./scripts/foreign-door

lint:
	swift format lint --strict --recursive Sources Examples Tests Benchmarks/Sources Benchmarks/Peers Benchmarks/Package.swift Package.swift

# Everything done to objects at once, under 10,000 seeds; `make test` sweeps some hundreds.
sweep: setup
	./scripts/sweep 10000 'DurableActorsTests\.SweepTests'

# Workflows that are cut, paused and sent events at any moment, under 20,000 seeds.
workflow-sweep: setup
	./scripts/sweep 20000 'WorkflowsTests\.SweepTests'

# Keepers that move shards under all faults, under 20,000 seeds, whole hosts that do under 1,000, and placements under
# 1,000; `make test` does few.
cluster-sweep: setup
	./scripts/sweep 20000 'ClusterTests\.(ClusterSweepTests|MoveSweepTests|ShardMapTests)'

# Three nodes as processes, of which one is stopped or killed in the midst of a move, 50 times; `make test` does it 8 times.
moves: setup
	MOVE_ROUNDS=50 swift test --no-parallel --filter 'CrashTests\.MoveTests'

# A sandbox's address-space limit leaves no room for the sanitizer's shadow, so those tests are left out here.
tsan: setup
	swift test --sanitize=thread -Xswiftc -DTHREAD_SANITIZER --scratch-path .build-tsan --no-parallel \
	    --filter 'DurableActorsTests|ClusterTests|WorkflowsTests|AgentHostTests|AgentClientTests|SandboxTests|TaskAgentTests|ExamplesTests' \
	    --skip SandboxIsolationTests

setup:
	@./scripts/setup

clean:
	rm -rf .build .build-tsan Benchmarks/.build
