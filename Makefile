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
# The version that the binaries name: that of the tag, or the commit since the last one.
ifndef VERSION
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
endif
DIST    ?= dist
# The SBOM is made from what the linker wrote into the binary.
SBOM := go run -trimpath github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 bin -json -noserial -notimestamp -std
# How the Lambda binary is built. CGO would tie it to this machine's C library. HTTP/2
# would add 0.4 MB and start-up time, and neither AWS nor Zoho needs it. Inlining would add
# 0.3 MB in packages that spend their time waiting for the network.
NOT_INLINED := github.com/aws/... github.com/golang-jwt/... golang.org/x/oauth2/... vendor/... \
  crypto/tls crypto/x509 encoding/xml math/big net net/http net/url \
  untag/internal/metrics untag/internal/queue untag/internal/secrets untag/internal/watch untag/internal/zoho
LAMBDA_BUILD := CGO_ENABLED=0 go build -tags lambda.norpc,nethttpomithttp2 -trimpath -buildvcs=false \
  -ldflags "-s -w -X untag/internal/release.version=$(VERSION)" \
  $(foreach package,$(NOT_INLINED),-gcflags '$(package)=-l')
export SAM_CLI_TELEMETRY := 0

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: run
run: ## Run the whole program on this machine, with a simulated Zoho (needs only Go)
	@mkdir -p $(BUILD)
	@echo "Building untag (the first time takes about a minute) …"
	@go build -ldflags "-X untag/internal/release.version=$(VERSION)" -o $(BUILD)/untag ./cmd/untag
	@$(BUILD)/untag run

.PHONY: test
test: ## Run the tests that need only Go
	go test ./...

.PHONY: check
check: ## Format, go.mod, known vulnerabilities, vet, staticcheck, import directions, race detector, fuzzing
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "gofmt these: $$unformatted"; exit 1; }
	go mod tidy -diff
	go mod verify
	test/vulnerabilities
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

.PHONY: test-browser
test-browser: $(VENV)/browser/done ## Drive the console in Chromium (needs Chromium and Node)
	cd test/browser && go vet ./... && go test -count=1 -timeout 8m ./... -modules $(abspath $(<D))/node_modules

.PHONY: screenshots
screenshots: $(VENV)/browser/done ## Write the README's pictures of the console, and one of each page into build/screenshots (needs Chromium and Node)
	cd test/browser && go test -count=1 -timeout 3m -run 'Pages|Token|Picture' . -modules $(abspath $(<D))/node_modules -pictures $(abspath $(BUILD))/screenshots -readme $(abspath docs)

.PHONY: test-sdk
test-sdk: ## Run Zoho's official SDKs against the sandbox (needs Python and Node)
	python3 test/sdk/run.py

.PHONY: test-senders
test-senders: ## Compare signatures with vendors' own packages, in both directions (needs Node and Python)
	@$(MAKE) --no-print-directory -j3 $(addprefix $(VENV)/senders/,node/done python/done go)
	go run ./test/senders "node $(VENV)/senders/node/oracles.js" "$(VENV)/senders/go" "$(VENV)/senders/python/bin/python test/senders/python/oracles.py"

.PHONY: test-sam
test-sam: $(VENV)/sam/done $(VENV)/aws/done ## Test with SAM: build, validate, local invoke, local start-api; the same for a folder of untag init (needs Python and Docker)
	test/sam/run check
	test/init/run sam

.PHONY: test-init
test-init: ## Make folders with untag init, and check, test and run them
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

.PHONY: package
package: ## Build the function's zips for arm64 and x86-64, with checksums and SBOMs, into dist/
	rm -rf "$(DIST)"
	mkdir -p "$(DIST)" $(BUILD)
	for processor in arm64 x86_64; do \
	  folder=$(BUILD)/package-$$processor; mkdir -p "$$folder"; \
	  goarch=$${processor/x86_64/amd64}; \
	  GOOS=linux GOARCH=$$goarch GOARM64=v8.0 GOAMD64=v1 $(LAMBDA_BUILD) -o "$$folder/bootstrap" ./functions/removetags; \
	  go run ./test/package zip "$(DIST)/untag-$$processor.zip" "$$folder/bootstrap" LICENSE; \
	  $(SBOM) -version "$(VERSION)" -output "$(DIST)/untag-$$processor.cdx.json" "$$folder/bootstrap"; \
	done
	go run ./test/package sums "$(DIST)"

# The systems for which a release has the command line.
SYSTEMS := linux-amd64 linux-arm64 darwin-arm64 darwin-amd64 windows-amd64

.PHONY: package-cli
package-cli: ## Build the command line for Linux, macOS and Windows, into dist/, after make package
	mkdir -p "$(DIST)" $(BUILD)
	for system in $(SYSTEMS); do \
	  folder=$(BUILD)/package-$$system; mkdir -p "$$folder"; \
	  name=untag; [ "$${system%-*}" != windows ] || name=untag.exe; \
	  CGO_ENABLED=0 GOOS=$${system%-*} GOARCH=$${system#*-} go build -trimpath -buildvcs=false \
	    -ldflags "-s -w -X untag/internal/release.version=$(VERSION)" -o "$$folder/$$name" ./cmd/untag; \
	  go run ./test/package zip "$(DIST)/untag-cli-$$system.zip" "$$folder/$$name" LICENSE; \
	done
	go run ./test/package sums "$(DIST)"

.PHONY: notes
notes: ## Write the section of CHANGELOG.md about VERSION into build/notes.md
	@mkdir -p $(BUILD)
	go run ./test/package notes CHANGELOG.md "$(VERSION)" > $(BUILD)/notes.md

.PHONY: test-package
test-package: ## Build the release twice and compare every byte (needs Python)
	test/package/twice

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

$(VENV)/browser/done: $(addprefix test/browser/node/,package-lock.json package.json)
	mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
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
