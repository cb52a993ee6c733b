# untag: `make help` lists the commands.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BUILD   := build
VENV    := .venv
EVENT   ?= events/direct.json
FUZZTIME ?= 3s
EVENTS  ?= 20000
WORKERS ?= 8
# The processor to build for, the same as the template's parameter Architecture.
ARCHITECTURE ?= arm64
export ARCHITECTURE
# How the Lambda binary is built. CGO would tie it to this machine's C library. HTTP/2
# would add 0.4 MB and start-up time, and neither AWS nor Zoho needs it. Inlining would add
# 0.3 MB in packages that spend their time waiting for the network.
NOT_INLINED := github.com/aws/... github.com/golang-jwt/... golang.org/x/oauth2/... vendor/... \
  crypto/tls crypto/x509 encoding/xml math/big net net/http net/url \
  untag/internal/metrics untag/internal/queue untag/internal/secrets untag/internal/watch untag/internal/zoho
LAMBDA_BUILD := CGO_ENABLED=0 go build -tags lambda.norpc,nethttpomithttp2 -trimpath -ldflags "-s -w" \
  $(foreach package,$(NOT_INLINED),-gcflags '$(package)=-l')
export SAM_CLI_TELEMETRY := 0

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: run
run: ## Run the whole program on this machine, with a simulated Zoho (needs only Go)
	@mkdir -p $(BUILD)
	@echo "Building untag (the first time takes about a minute) …"
	@go build -o $(BUILD)/untag ./cmd/untag
	@$(BUILD)/untag run

.PHONY: test
test: ## Run the tests that need only Go
	go test ./...

.PHONY: check
check: ## Format, go.mod, vet, staticcheck, import directions, race detector, fuzzing
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "gofmt these: $$unformatted"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go tool staticcheck ./...
	go run ./test/imports
	go run ./cmd/untag check --strict
	go run ./cmd/untag test
	go test -race ./...
	test/fuzz $(FUZZTIME)

.PHONY: test-aws
test-aws: $(VENV)/aws/done bootstrap ## Test against moto's Secrets Manager and SQS over HTTP (needs Python)
	test/aws/run

.PHONY: soak
soak: $(VENV)/aws/done bootstrap ## Check that no event is lost, with thousands of events, faults, killed workers (needs Python): make soak EVENTS=2000
	MOTO_SERVER="$(VENV)/aws/bin/python test/soak/server.py" test/moto \
	  go run ./test/soak --endpoint MOTO --events $(EVENTS) --workers $(WORKERS)

.PHONY: test-phone
test-phone: ## Check that untag reads phone numbers as Google's library does (needs only Go)
	cd test/phone && go vet ./... && go test ./...

.PHONY: test-sdk
test-sdk: ## Run Zoho's official SDKs against the sandbox (needs Python and Node)
	python3 test/sdk/run.py

.PHONY: test-senders
test-senders: ## Compare signatures with vendors' own packages, in both directions (needs Node and Python)
	@$(MAKE) --no-print-directory -j3 $(addprefix $(VENV)/senders/,node/done python/done go)
	go run ./test/senders "node $(VENV)/senders/node/oracles.js" "$(VENV)/senders/go" "$(VENV)/senders/python/bin/python test/senders/python/oracles.py"

.PHONY: test-sam
test-sam: $(VENV)/sam/done $(VENV)/aws/done ## Test with SAM: build, validate, local invoke, local start-api (needs Python and Docker)
	test/sam/run check

.PHONY: test-init
test-init: ## Make folders with untag init, and check, test, run and lint them (needs Python)
	test/init/run

.PHONY: bench
bench: ## Measure, and fail if a limit is exceeded
	go test -p 1 -run '^$$' -bench Limit -benchtime 1x ./...

# What benchmarks build is built like the function.
.PHONY: lambda
lambda:
	$(LAMBDA_BUILD) -o $(OUT) $(COMMAND)

.PHONY: validate
validate: $(VENV)/sam/done ## Check template.yaml
	$(VENV)/sam/bin/sam validate --lint

.PHONY: build
build: $(VENV)/sam/done ## Build the Lambda function with SAM: make build ARCHITECTURE=arm64
	$(VENV)/sam/bin/sam build --parameter-overrides Architecture=$(ARCHITECTURE)

.PHONY: invoke
invoke: $(VENV)/sam/done $(VENV)/aws/done ## Invoke the function with SAM and Docker, without an AWS account: make invoke EVENT=events/direct.json
	test/sam/run invoke $(EVENT)

.PHONY: bootstrap
bootstrap: ## Build the Lambda binary into build/, with its rules
	@mkdir -p $(BUILD)
	$(LAMBDA_BUILD) -o $(BUILD)/bootstrap ./functions/removetags
	@cp rules.yaml $(BUILD)/rules.yaml

.PHONY: clean
clean: ## Remove what was built, except .venv
	rm -rf $(BUILD) .aws-sam

# `sam build` calls these (BuildMethod: makefile), to put the rules next to the binary.
.PHONY: build-RemoveTagsFunction build-WorkerFunction
build-RemoveTagsFunction build-WorkerFunction:
	go run ./cmd/untag check
	GOOS=linux GOARCH=$(if $(filter x86_64,$(ARCHITECTURE)),amd64,arm64) $(LAMBDA_BUILD) -o "$(ARTIFACTS_DIR)/bootstrap" ./functions/removetags
	cp rules.yaml "$(ARTIFACTS_DIR)/rules.yaml"

$(VENV)/aws/done: test/aws/requirements.txt
	python3 -m venv $(VENV)/aws
	$(VENV)/aws/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

$(VENV)/senders/node/done: $(addprefix test/senders/node/,package-lock.json package.json oracles.js)
	mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

$(VENV)/senders/python/done: test/senders/python/requirements.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The packages run for seconds: optimizing them would take longer.
$(VENV)/senders/go: export GOFLAGS := '-gcflags=github.com/...=-N -l'
$(VENV)/senders/go: $(addprefix test/senders/go/,go.mod go.sum main.go)
	cd test/senders/go && go vet . && go build -o $(abspath $@) .

$(VENV)/sam/done: test/sam/requirements.txt
	python3 -m venv $(VENV)/sam
	$(VENV)/sam/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@
