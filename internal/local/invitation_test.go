package local

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/userfile"
)

const inviting = `version: 1
sources: {zoho: {verify: token}}
rules:
  - name: closed
    on: zoho
    when: event.Stage == "Closed Won"
    record: {module: Deals, id: event.id}
    remove: [In progress]
`

func TestInvite(t *testing.T) {
	set, faults := rules.Load([]byte(inviting))
	if set == nil {
		t.Fatal(faults)
	}
	webhooks := userfile.Secrets{"zoho": {Secrets: []string{"it's", "old"}}}
	shown := map[string]string{"zoho": "it's"}
	carried := map[recordKey][]string{{"Deals", "1"}: {"In progress"}, {"Deals", "2"}: {"VIP"}, {"Contacts", "3"}: {"In progress"}}
	const any = "the fields that your rules read"
	tests := map[string]struct {
		webhooks userfile.Secrets
		shown    map[string]string
		carried  map[recordKey][]string
		says     []string
		not      string
	}{
		"shown":                            {webhooks, shown, carried, []string{"'http://h/webhooks/zoho'", `'X-Webhook-Token: it'\''s'`, `"id":"1"`, `loses "In progress"`}, "WEBHOOK_TOKEN"},
		"own secrets":                      {webhooks, nil, carried, []string{`"X-Webhook-Token: $WEBHOOK_TOKEN"`, "Set WEBHOOK_TOKEN to the secret of zoho"}, "it's"},
		"no secret":                        {userfile.Secrets{}, shown, carried, nil, ""},
		"no tag left":                      {webhooks, shown, map[recordKey][]string{{"Deals", "1"}: nil}, []string{any, `"id":"1"`}, "loses"},
		"no tag left on the rules' record": {webhooks, shown, map[recordKey][]string{{"Deals", "1"}: nil, {"Leads", "4"}: {"VIP"}}, []string{any, `"module":"Deals","id":"1"`}, "loses"},
		"another tag":                      {webhooks, shown, map[recordKey][]string{{"Deals", "2"}: {"VIP"}}, []string{any, `"id":"2"`}, "loses"},
		"other module":                     {webhooks, shown, map[recordKey][]string{{"Contacts", "3"}: {"In progress"}}, []string{any, `"module":"Contacts"`}, "loses"},
		"no records":                       {webhooks, shown, map[recordKey][]string{}, []string{any, `"module":"Deals"`}, "loses"},
		"a real account":                   {webhooks, shown, nil, nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			try, ok := invite("http://h", set, tt.webhooks, tt.shown, tt.carried)
			if ok != (tt.says != nil) {
				t.Fatalf("invite = %v, %t", try, ok)
			}
			for _, say := range tt.says {
				if !strings.Contains(try.String(), say) {
					t.Errorf("invitation without %q:\n%s", say, try)
				}
			}
			if ok && tt.not != "" && strings.Contains(try.String(), tt.not) {
				t.Errorf("invitation with %q:\n%s", tt.not, try)
			}
		})
	}
}

// TestInvitationIsACommand runs the printed command in a shell with a curl of the test's.
func TestInvitationIsACommand(t *testing.T) {
	const nasty = "$(id) `id` it's \"x\" \\"
	header := event.Scheme{Kind: "token", Header: "X", Prefix: "Bearer "}
	tests := map[string]struct {
		try  invitation
		want []string
	}{
		"a header":             {invitation{scheme: header, secret: nasty}, []string{"http://h/webhooks/a%20b", "-H", "X: Bearer " + nasty}},
		"a header, own secret": {invitation{scheme: header}, []string{"http://h/webhooks/a%20b", "-H", "X: Bearer it is mine"}},
		"an odd prefix":        {invitation{scheme: event.Scheme{Kind: "token", Header: "X", Prefix: nasty}}, []string{"http://h/webhooks/a%20b", "-H", "X: " + nasty + "it is mine"}},
		"basic":                {invitation{scheme: event.Scheme{Kind: "basic"}, secret: "untag:" + nasty}, []string{"http://h/webhooks/a%20b", "-u", "untag:" + nasty}},
		"a query":              {invitation{scheme: event.Scheme{Kind: "token", Query: "t k"}, secret: "a&b"}, []string{"http://h/webhooks/a%20b?t+k=a%26b"}},
		"a query, own secret":  {invitation{scheme: event.Scheme{Kind: "token", Query: "token"}}, []string{"http://h/webhooks/a%20b?token=it is mine"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.try.url, tt.try.source, tt.try.body, tt.try.tag = "http://h", "a b", `{"a":"it's"}`, "t"
			_, command, _ := strings.Cut(tt.try.String(), "\n\n")
			shell := exec.CommandContext(t.Context(), "sh", "-c", "WEBHOOK_TOKEN='it is mine'\ncurl() { printf '%s\\n' \"$@\"; }\n"+command)
			out, err := shell.CombinedOutput()
			want := slices.Concat([]string{"-s"}, tt.want, []string{"-H", "Content-Type: application/json", "-d", `{"a":"it's"}`})
			if diff := cmp.Diff(want, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")); err != nil || diff != "" {
				t.Errorf("%v; the arguments differ (-want +got):\n%s", err, diff)
			}
		})
	}
}
