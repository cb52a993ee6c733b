package local

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/webhook"
	"untag/internal/zoho"
)

// eventQueueARN is the queue that the function takes batches from. There is none here:
// recorded batches are delivered as though they came from it.
const eventQueueARN = "arn:aws:sqs:eu-central-1:123456789012:untag-events"

// newReceiver returns what verifies requests with the webhook secrets of a file.
func newReceiver(in inputs, a account) *webhook.Receiver {
	return webhook.New(webhook.Config{Sources: in.rules.Sources(), Secrets: in.webhooks, AllowDemo: a.simulated, HTTP: new(http.Client)})
}

// newLine wires the Lambda function's handler to an account, and records in the trace of
// each invocation what it does.
func newLine(set *rules.Rules, receiver *webhook.Receiver, client *zoho.Client, log logs) *handler.Handler {
	readFirst := os.Getenv("READ_BEFORE_REMOVE") == "true"
	return handler.New(handler.Config{
		Rules:         set,
		Receiver:      receiver,
		Pipeline:      recorder{pipeline.New(pipeline.Config{Rules: set, CRM: client, DryRun: os.Getenv("DRY_RUN") == "true", ReadFirst: readFirst})},
		EventQueueARN: eventQueueARN,
		PublicURL:     os.Getenv("PUBLIC_URL"),
		Audit:         log.audit,
		ReadFirst:     readFirst,
		Log:           slog.New(reasons{log.event.Handler()}),
	})
}

// checkSettings returns what is wrong with the settings that the function has in AWS as well. A
// dry run that is misspelt must not remove anything.
func checkSettings(getenv func(string) string) error {
	if err := handler.CheckPublicURL(getenv("PUBLIC_URL")); err != nil {
		return fmt.Errorf("PUBLIC_URL: %w", err)
	}
	for _, name := range []string{"DRY_RUN", "READ_BEFORE_REMOVE"} {
		switch value := getenv(name); value {
		case "", "true", "false":
		default:
			return fmt.Errorf("%s: %q is neither true nor false; nothing was started", name, value)
		}
	}
	return nil
}

// logger writes the function's log, at LOG_LEVEL or, with verbose, at info. Without
// either, it writes nothing.
func logger(w io.Writer, getenv func(string) string, verbose bool) (*slog.Logger, error) {
	level := slog.LevelInfo
	if text := getenv("LOG_LEVEL"); text != "" {
		verbose = true
		if err := level.UnmarshalText([]byte(text)); err != nil {
			return nil, fmt.Errorf("LOG_LEVEL: %q is not a level; use debug, info, warn or error", text)
		}
	}
	if !verbose {
		return slog.New(slog.DiscardHandler), nil
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})), nil
}

// statusText returns an HTTP status with its name, such as "404 Not Found".
func statusText(status int) string {
	return fmt.Sprintf("%d %s", status, http.StatusText(status))
}
