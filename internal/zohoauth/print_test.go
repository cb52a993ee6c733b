package zohoauth_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"untag/internal/zohoauth"
)

func TestNothingPrints(t *testing.T) {
	token := zohoauth.Token{AccessToken: "hush"}
	credentials := zohoauth.Credentials{ClientID: "hush", ClientSecret: "hush", RefreshToken: "hush", DataCenter: "us"}
	for _, v := range []any{token, &token, []any{token}, credentials, &credentials, []any{credentials}} {
		for _, flag := range []string{"", "+", "#", " ", "20"} {
			for verb := 'A'; verb <= 'z'; verb++ {
				// Under these fmt does not ask a value how to print itself; go vet refuses them here.
				if verb == 'w' || verb == 'p' {
					continue
				}
				if text := fmt.Sprintf("%"+flag+string(verb), v); strings.Contains(text, "hush") || strings.Contains(text, "68757368") {
					t.Errorf("%%%s%c prints %T as %s", flag, verb, v, text)
				}
			}
		}
	}
	for name, handler := range map[string]func(*strings.Builder) slog.Handler{
		"JSON": func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
		"text": func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		var log strings.Builder
		slog.New(handler(&log)).Info("x", "token", token, "credentials", credentials)
		if strings.Contains(log.String(), "hush") {
			t.Errorf("%s: the log has %s", name, log.String())
		}
	}
}

func TestShows(t *testing.T) {
	if got, want := fmt.Sprint(zohoauth.Credentials{ClientID: "hush", DataCenter: "us"}), `Zoho credentials of data center "us"`; got != want {
		t.Errorf("prints %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(zohoauth.Token{AccessToken: "hush"}), "access token until 0001-01-01T00:00:00Z"; got != want {
		t.Errorf("prints %s, want %s", got, want)
	}
}
