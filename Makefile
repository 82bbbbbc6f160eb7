# The short names of the README. Everything else: ./padlock --help
.PHONY: install up down status test bench clean

install: node_modules/.package-lock.json

up: node_modules/.package-lock.json
	@./padlock up

down: node_modules/.package-lock.json
	@./padlock down

status: node_modules/.package-lock.json
	@./padlock status

# SUITES="lint unit" runs a part; without it, all.
test: node_modules/.package-lock.json
	@node_modules/.bin/node test/run.ts $(SUITES)

bench: node_modules/.package-lock.json
	@npm run --silent bench

clean: down
	rm -rf .sandbox node_modules

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or later (https://nodejs.org/, or: apt-get install npm)'; exit 1; }
	@echo 'installing the packages of package-lock.json ...'
	@# Not npm ci: it refuses a lock file that lacks another platform's optional packages.
	@npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@
