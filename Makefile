# Each target is one line that calls one tool. `make demo ARGS="--no-serve --json"` hands its arguments on.
PYTHON ?= python3
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE # tests start dozens of processes: each would compile the whole house anew
.DEFAULT_GOAL := help
.PHONY: help setup browser demo demo-reset test fast lint fix docs check bench lock

help: ## 这张表 · this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:[^#]*## /\t/' | expand -t 14
setup: ## 准备环境（其他命令会自动执行） · set up; every other target does it by itself
	@$(PYTHON) bootstrap.py
browser:
	@$(PYTHON) bootstrap.py --browser
demo: setup ## 启动演示 · set up, play the pilot year, serve on 127.0.0.1:8000
	@$(BIN)/kechuang demo $(ARGS)
demo-reset: setup ## 清空演示数据，重新开始 · begin the demo anew
	@$(BIN)/kechuang demo --fresh $(ARGS)
test: browser ## 全部测试，含真实浏览器 · all tests, those in a real browser too
	@$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)
fast: setup ## 不用数据库的测试 · rules, states, packs, kernel: no database
	@$(BIN)/pytest -q -m "not tool" --no-database $(ARGS)
lint: setup ## 代码风格 · style
	@$(BIN)/ruff check .
fix: setup ## 自动整理代码 · format, and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .
docs: setup ## 重新生成文档 · write the generated docs again
	@$(BIN)/kechuang docs
check: setup ## 全部静态检查 · style, types, contracts, migrations, docs, house rules
	@$(BIN)/kechuang house
bench: setup ## 基准测试（ONLY=<名称> 只跑一项） · benchmarks, or one of them
	@$(BIN)/python -m benchmarks $(ONLY)
lock: setup
	@for name in requirements requirements-node; do $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --universal --python-version 3.11 $$name.in -o $$name.txt; done
