package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// newLog returns a logger that writes one JSON object per line, with Lambda's field names
// and the id of the invocation. aws-lambda-go's own handler takes its level from a variable
// that only Lambda's settings can write; LOG_LEVEL must also work in SAM and locally.
func newLog(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(requestLog{slog.NewJSONHandler(w, &slog.HandlerOptions{
		Level: level, ReplaceAttr: lambdacontext.ReplaceAttr,
	})})
}

type requestLog struct{ slog.Handler }

func (h requestLog) Handle(ctx context.Context, r slog.Record) error {
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String("requestId", lc.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}

func (h requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{h.Handler.WithAttrs(attrs)}
}

func (h requestLog) WithGroup(name string) slog.Handler {
	return requestLog{h.Handler.WithGroup(name)}
}

// reporter logs faults that do no harm yet, such as a secret that cannot be read while its
// previous value is still in use. A fault that makes a request fail is logged with it.
func reporter(log *slog.Logger) func(error) {
	return func(err error) {
		log.LogAttrs(context.Background(), slog.LevelWarn, "secret", slog.String("reason", err.Error()))
	}
}

// noter logs what an administrator should know about Zoho's accounts server.
func noter(log *slog.Logger) func(string) {
	return func(message string) {
		log.LogAttrs(context.Background(), slog.LevelWarn, "zoho", slog.String("reason", message))
	}
}
