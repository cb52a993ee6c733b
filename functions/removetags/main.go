// Command removetags is untag's Lambda function: it receives a webhook, an event or a batch
// of stored events, and removes tags from Zoho CRM records. Everything is built once, here.
// The configuration comes from the environment (see docs/deploy.md).
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"untag/internal/metrics"
	"untag/internal/release"
	"untag/internal/rules"
	"untag/internal/secrets"
	"untag/internal/stack"
)

func main() {
	stack.Grow()
	limitMemory(os.Getenv)
	level := new(slog.LevelVar)
	log := newLog(os.Stdout, level)
	// The first line of the log, at any level: whatever goes wrong after it, it is known where.
	log.LogAttrs(context.Background(), slog.LevelInfo, "start", slog.String("version", release.Version()))
	outside, awsErr := newRemote(os.Getenv)
	store := newStore(outside, os.Getenv, log)
	if awsErr == nil {
		// The secrets are fetched while the rules are compiled.
		store.Prefetch(context.Background())
	}
	c, err := readConfig(os.Getenv, awsErr)
	if err != nil {
		unusable(err)
	}
	level.Set(c.logLevel)
	c.audit = newLog(os.Stdout, slog.LevelInfo)
	c.metrics = metrics.New(metrics.Config{Namespace: os.Getenv("METRICS_NAMESPACE"), Out: os.Stdout, KnownCode: knownCode})
	function, err := newFunction(c, store, outside, log)
	if err != nil {
		unusable(err)
	}
	lambda.Start(function)
}

// newFunction returns what answers all invocations: by the rules that are deployed with the
// function, or by the newest version at RULES_URL.
func newFunction(c config, store *secrets.Store, r remote, log *slog.Logger) (lambda.Handler, error) {
	p, err := newParts(c, store, r, log)
	if err != nil {
		return nil, err
	}
	if r.rules == nil {
		logRules(context.Background(), log, c.rules.Version(), "the function's package")
		return p.handler(c.rules), nil
	}
	return newVersions(context.Background(), &versions{
		reader: r.rules, build: p.handler, from: c.rulesURL, log: log,
		check: func(file []byte) (*rules.Rules, []error) { return checkRules(c.rulesURL, file, c.zohoVersion) },
	}), nil
}

func unusable(err error) {
	fmt.Fprintf(os.Stderr, "untag: the configuration is not usable:\n%v\n", err)
	os.Exit(2)
}
