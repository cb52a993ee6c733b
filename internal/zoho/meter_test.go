package zoho_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// metered notes what a client tells its meter.
type metered struct{ told []string }

func (m *metered) ZohoCall(records int)    { m.told = append(m.told, fmt.Sprint("call ", records)) }
func (m *metered) ZohoFailure(code string) { m.told = append(m.told, "failure "+code) }
func (m *metered) CreditsLeft(n int)       { m.told = append(m.told, fmt.Sprint("credits ", n)) }
func (m *metered) TokenMint()              { m.told = append(m.told, "mint") }

func TestWhatAMeterIsTold(t *testing.T) {
	remove := func(ctx context.Context, c *zoho.Client) error {
		_, err := c.RemoveTags(ctx, "Deals", []string{one, "5725767000000524158"}, []string{"x"})
		return err
	}
	look := func(ctx context.Context, c *zoho.Client) error {
		_, err := c.Records(ctx, "Deals", []string{one}, []string{"Stage"})
		return err
	}
	both := `{"data":[` + success(one, "[]") + "," + success("5725767000000524158", "[]") + `]}`
	tests := map[string]struct {
		answer http.HandlerFunc
		call   func(context.Context, *zoho.Client) error
		want   []string
	}{
		"removed":                    {says(200, both), remove, []string{"call 2"}},
		"with credits":               {says(200, both, "X-API-CREDITS-REMAINING", "4711"), remove, []string{"call 2", "credits 4711"}},
		"with something else there":  {says(200, both, "X-API-CREDITS-REMAINING", "many"), remove, []string{"call 2"}},
		"read":                       {says(200, `{"data":[{"id":"`+one+`"}]}`), look, []string{"call 0"}},
		"refused":                    {says(400, flat("INVALID_MODULE")), remove, []string{"call 2", "failure INVALID_MODULE"}},
		"a look-up is refused":       {says(403, flat("NO_PERMISSION")), look, []string{"call 0", "failure NO_PERMISSION"}},
		"limited, with credits":      {says(429, flat("TOO_MANY_REQUESTS"), "X-API-CREDITS-REMAINING", "0"), remove, []string{"call 2", "credits 0", "failure TOO_MANY_REQUESTS"}},
		"refused without a code":     {says(418, ""), remove, []string{"call 2", "failure UNEXPECTED_ANSWER"}},
		"the token is refused twice": {says(401, flat("INVALID_TOKEN")), remove, []string{"call 2", "failure INVALID_TOKEN", "call 2", "failure INVALID_TOKEN"}},
		"one record of two is locked": {says(200, `{"data":[`+success(one, "[]")+`,{"code":"RECORD_LOCKED","details":{"id":"5725767000000524158"},"message":"m","status":"error"}]}`),
			remove, []string{"call 2"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, m := serving(t, tt.answer), new(metered)
			c, err := zoho.New(zoho.Config{APIURL: e.URL, Tokens: &aToken{}, Meter: m})
			if err != nil {
				t.Fatal(err)
			}
			err = tt.call(t.Context(), c)
			if diff := cmp.Diff(tt.want, m.told); diff != "" {
				t.Errorf("after %v: -want +got\n%s", err, diff)
			}
		})
	}
}

func TestWhatAMeterIsToldOfTokens(t *testing.T) {
	for body, want := range map[string][]string{
		`{"access_token":"1000.a","expires_in":3600,"api_domain":"https://www.zohoapis.com","token_type":"Bearer"}`: {"mint"},
		`{"error":"invalid_client"}`: {"mint", "failure invalid_client"},
	} {
		e, m := serving(t, says(200, body)), new(metered)
		_, err := zoho.NewMinter(zoho.MinterConfig{AccountsURL: e.URL, Meter: m, Credentials: func(context.Context) (zohoauth.Credentials, error) {
			return zohoauth.Credentials{ClientID: "id", ClientSecret: "hush", RefreshToken: "hush", DataCenter: "us"}, nil
		}}).Mint(t.Context())
		if diff := cmp.Diff(want, m.told); diff != "" {
			t.Errorf("after %v: -want +got\n%s", err, diff)
		}
	}
}

func TestKnownCodes(t *testing.T) {
	for code, want := range map[string]bool{
		"INVALID_DATA": true, "RECORD_LOCKED": true, "invalid_code": true, "NO_ANSWER": true, "NO_ACCESS_TOKEN": true, "TAG_REMAINS": true,
		"": false, "SOMETHING_NEW": false, "1000.0a1b2c": false,
	} {
		if got := zoho.KnownCode(code); got != want {
			t.Errorf("KnownCode(%q) = %v, want %v", code, got, want)
		}
	}
}
