package handler

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// routeError is why a request went nowhere. Its text quotes nothing of the request: what
// stands in its path may be a secret.
type routeError struct {
	status int
	text   string
	allow  string
}

func (e *routeError) Error() string { return e.text }

// route finds the source that a request is to, once it is known and takes the method;
// "" where the answer is there already.
func (h *Handler) route(ctx context.Context, to target) (a answer, source string) {
	source, health := to.find()
	switch {
	case health:
		if err := allowed(to.method, "GET", "HEAD"); err != nil {
			return h.refuse(ctx, "", err), ""
		}
		return answerOf(http.StatusOK, map[string]string{"status": "ok"}), ""
	case source == "":
		err := &routeError{status: http.StatusNotFound, text: "not found: send to /webhooks/{source}"}
		return h.refuse(ctx, "", err), ""
	}
	if err := h.receiver.Known(source); err != nil {
		return h.refuse(ctx, "", err), ""
	}
	if err := allowed(to.method, "GET", "HEAD", "POST", "PUT", "DELETE"); err != nil {
		return h.refuse(ctx, source, err), ""
	}
	if to.method == http.MethodHead {
		// Senders ask so whether the URL is there before they use it.
		return answer{status: http.StatusOK}, ""
	}
	return answer{}, source
}

// find looks for `/webhooks/{source}` or `/health` in the path, with or without one
// segment (a stage, a base path) in front. Neither is a source of "".
func (t target) find() (source string, health bool) {
	const most = 3 // and what is left
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
	return &routeError{status: http.StatusMethodNotAllowed, text: "method not allowed: use " + allow, allow: allow}
}
