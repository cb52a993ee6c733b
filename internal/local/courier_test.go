package local

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A request that was refused is anybody's: with a real account, untag does not sign it, even if a
// user asks for a replay.
func TestReplayOfARefusedRequest(t *testing.T) {
	for name, tt := range map[string]struct {
		token           string
		simulated, sent bool
	}{
		"refused, a real account":       {"wrong-0123456789", false, false},
		"no token, a real account":      {"", false, false},
		"verified, a real account":      {"right", false, true},
		"refused, a simulated account":  {"wrong-0123456789", true, true},
		"verified, a simulated account": {"right", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := runningWith(t, shopRules("In progress"))
			server := httptest.NewServer(gateway{function: r, own: r.own, keep: r.keeper.keep, served: r.lines.print})
			defer server.Close()
			r.url = server.URL
			if tt.token == "right" {
				tt.token = r.force.Load().shown["shop"]
			}
			request, err := http.NewRequest("POST", server.URL+"/webhooks/shop", strings.NewReader(`{"status":"paid","deal":"`+deal(r)+`"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header = http.Header{"Content-Type": {"application/json"}, "X-Webhook-Token": {tt.token}}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			c := r.newCourier(r.lines)
			c.prover = func() prover { return prover{r.strip(), tt.simulated} }
			sent, err := c.Replay(t.Context(), r.keeper.kept.All()[0])
			switch {
			case tt.sent && (err != nil || sent.Status != http.StatusOK):
				t.Errorf("%d %v", sent.Status, err)
			case !tt.sent && !errors.Is(err, errUnproven):
				t.Errorf("%d %v", sent.Status, err)
			}
			if n := len(r.keeper.kept.All()); (n == 2) != tt.sent {
				t.Errorf("%d events are kept", n)
			}
		})
	}
}
