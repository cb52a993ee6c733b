package handler

import (
	"net/http"
	"strings"
)

type route struct {
	source string
	health bool
}

// routeOf finds `/webhooks/{source}` or `/health` in a path, with or without one
// segment (a stage, a base path) in front.
func routeOf(method, path, stage string) (route, *answer) {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if stage != "" && stage != "$default" && len(segments) > 1 && segments[0] == stage {
		segments = segments[1:]
	} else if len(segments) > 1 && segments[0] != "webhooks" {
		segments = segments[1:]
	}
	switch {
	case len(segments) == 1 && segments[0] == "health":
		if method != http.MethodGet && method != http.MethodHead {
			return route{}, notAllowed("GET, HEAD")
		}
		return route{health: true}, nil
	case len(segments) == 2 && segments[0] == "webhooks" && segments[1] != "":
		switch method {
		case http.MethodPost, http.MethodPut, http.MethodGet:
			return route{source: unescape(segments[1])}, nil
		}
		return route{}, notAllowed("GET, POST, PUT")
	}
	a := message(http.StatusNotFound, "not found: send to /webhooks/{source}")
	return route{}, &a
}

func notAllowed(allow string) *answer {
	a := message(http.StatusMethodNotAllowed, "method not allowed: use "+allow)
	a.allow = allow
	return &a
}
