# The short names of the README. Everything else: ./padlock --help
.PHONY: install up down status test bench clean

install: node_modules/.package-lock.json

up: node_modules/.package-lock.json
	@./padlock sandbox up

down: node_modules/.package-lock.json
	@./padlock sandbox down

status: node_modules/.package-lock.json
	@./padlock sandbox status

# SUITES="lint unit" runs a part, SUITES=long what takes longer; without it, all but that.
test: node_modules/.package-lock.json
	@node_modules/.bin/node test/run.ts $(SUITES)

bench: node_modules/.package-lock.json
	@./padlock sandbox bench

clean: down
	rm -rf .sandbox node_modules

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing. Fix: install Node.js 22.18 or later (https://nodejs.org/), or any Node.js with npm: the packages bring a newer one along'; exit 1; }
	@echo 'installing the packages of package-lock.json ...'
	@# Not npm ci, which removes every package before it installs them all again.
	@npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@
