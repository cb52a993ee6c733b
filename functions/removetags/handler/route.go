package handler

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// routeError is why a request has no route. Its text quotes nothing of the request: the path
// may hold a secret.
type routeError struct {
	end   ending
	text  string
	allow string
}

func (e *routeError) Error() string { return e.text }

// route reports whether a request has a source that exists and accepts the method. Otherwise
// a is the answer.
func (h *Handler) route(ctx context.Context, in invocation) (a answer, passed bool) {
	switch {
	case in.health:
		if err := allowed(in.to.method, "GET", "HEAD"); err != nil {
			return h.refuse(ctx, "", err), false
		}
		return answerOf(endDone, map[string]string{"status": "ok"}), false
	case in.source == "":
		err := &routeError{end: endNoRoute, text: endings[endNoRoute].phrase}
		return h.refuse(ctx, "", err), false
	}
	if err := h.receiver.Known(in.source); err != nil {
		return h.refuse(ctx, "", err), false
	}
	if err := allowed(in.to.method, "GET", "HEAD", "POST", "PUT", "DELETE"); err != nil {
		return h.refuse(ctx, in.source, err), false
	}
	if in.to.method == http.MethodHead {
		// Some senders check in this way that a URL exists before they use it.
		return answer{status: endings[endDone].status}, false
	}
	return answer{}, true
}

// find looks for `/webhooks/{source}` or `/health` in the path, with or without one segment
// (a stage, a base path) in front. If it finds neither, source is "".
func (t target) find() (source string, health bool) {
	const most = 3 // and the rest
	segments := strings.SplitN(strings.Trim(t.path, "/"), "/", most+1)
	if t.stage != "" && t.stage != "$default" && len(segments) > 1 && segments[0] == t.stage {
		segments = segments[1:]
	} else if len(segments) > 1 && segments[0] != "webhooks" {
		segments = segments[1:]
	}
	switch {
	case len(segments) == 1 && segments[0] == "health":
		return "", true
	case len(segments) == 2 && segments[0] == "webhooks":
		return unescape(segments[1]), false
	}
	return "", false
}

func allowed(method string, methods ...string) error {
	if slices.Contains(methods, method) {
		return nil
	}
	allow := strings.Join(methods, ", ")
	return &routeError{end: endMethod, text: "method not allowed: use " + allow, allow: allow}
}
