package handler

import (
	"context"
	"log/slog"

	"untag/internal/watch"
)

// renewWatches is the invocation with which a schedule has notifications of Zoho renewed:
// {"untag": "renew-watches"}.
const renewWatches = "renew-watches"

// renewer renews the notifications that the rules declare and that are about to end.
type renewer interface {
	Renew(ctx context.Context) ([]watch.State, error)
}

// codeWatch is the code for notifications that are not renewed.
const codeWatch = "WATCH"

// renew answers with the notifications that are alive. If one is not, it returns an error as
// well, so that Lambda tries again and counts it.
func (h *Handler) renew(ctx context.Context) (any, error) {
	if h.watches == nil {
		return nil, errNoCredential
	}
	states, err := h.watches.Renew(ctx)
	for _, s := range states {
		h.log.LogAttrs(ctx, slog.LevelInfo, "watch",
			slog.String("source", s.Source), slog.Bool("renewed", s.Renewed), slog.Time("ends", s.Ends))
	}
	if err != nil {
		var f faults
		f.note(codeWatch, err.Error())
		h.logFaults(ctx, f)
		return nil, err
	}
	return map[string]any{"watches": states}, nil
}
