package handler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/watch"
)

// renewals answers as a Renewer does.
type renewals struct {
	states []watch.State
	err    error
}

func (r renewals) Renew(context.Context) ([]watch.State, error) { return r.states, r.err }

func TestRenewWatches(t *testing.T) {
	alive := []watch.State{{Source: "crm", Channel: "100000000000001", Renewed: true, Ends: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}}
	for name, tt := range map[string]struct {
		payload        string
		renewer        *renewals
		want, err, log string
	}{
		"renewed":          {`{"untag": "renew-watches"}`, &renewals{states: alive}, `{"watches":[{"source":"crm","channel_id":"100000000000001","renewed":true,"ends":"2030-01-02T03:04:05Z"}]}`, "", "source=crm renewed=true"},
		"nothing declared": {`{"untag": "renew-watches"}`, &renewals{states: []watch.State{}}, `{"watches":[]}`, "", ""},
		"failed":           {`{"untag": "renew-watches"}`, &renewals{states: alive, err: errors.New("source b: not renewed")}, "", "source b: not renewed", "msg=installation code=WATCH"},
		"no credential":    {`{"untag": "renew-watches"}`, nil, "", "ZOHO_SECRET_ID is not set", ""},
		"another command":  {`{"untag": "remove-everything"}`, &renewals{}, "", "unknown kind of invocation", ""},
		"not a text":       {`{"untag": ["renew-watches"]}`, &renewals{}, "", "unknown kind of invocation", ""},
		"a request":        {`{"untag": "renew-watches", "version": "2.0", "rawPath": "/x", "requestContext": {"http": {"method": "POST"}}}`, &renewals{states: alive}, `"statusCode":404`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, func(_ *line, c *handler.Config) {
				if tt.renewer != nil {
					c.Watches = *tt.renewer
				}
			})
			got, err := l.Invoke(t.Context(), []byte(tt.payload))
			if tt.err == "" && (err != nil || !strings.Contains(string(got), tt.want)) || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("Invoke = %s, %v, want %s, %s", got, err, tt.want, tt.err)
			}
			if !strings.Contains(l.log.String(), tt.log) {
				t.Errorf("log %s, want %s", l.log, tt.log)
			}
		})
	}
}
