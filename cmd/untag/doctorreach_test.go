package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDoctorCannotReachAWS: what keeps doctor from AWS has its own words, and what to do about it
// is not to grant a permission.
func TestDoctorCannotReachAWS(t *testing.T) {
	refuses := func(status int, code, message string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
		}
	}
	for name, tt := range map[string]struct {
		aws  http.HandlerFunc // none listens if it is nil
		env  map[string]string
		want []string // status check: found → do
	}{
		"nothing listens":     {nil, nil, []string{"fault stack: the stack untag cannot be looked at: AWS cannot be reached: … → check the network"}},
		"not AWS":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); fmt.Fprint(w, "<html>") }, nil, []string{"fault stack: … → check the network"}},
		"no permission":       {refuses(403, "AccessDenied", "no"), nil, []string{"fault stack: …AccessDenied… → grant cloudformation:DescribeStacks"}},
		"expired credentials": {refuses(403, "ExpiredToken", "expired"), nil, []string{"fault stack: …have expired… → log in again"}},
		"unknown credentials": {refuses(403, "InvalidClientTokenId", "unknown"), nil, []string{"fault stack: …does not know the credentials… → log in"}},
		"a wrong key":         {refuses(403, "SignatureDoesNotMatch", "does not match"), nil, []string{"fault stack: …secret access key is wrong… → log in"}},
		"a clock that is wrong": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(-2*time.Hour).UTC().Format(http.TimeFormat))
			refuses(403, "SignatureDoesNotMatch", "Signature not yet current: …")(w, r)
		}, nil, []string{"fault stack: …refuses the time… → set the clock", "fault clock: this computer is 2h0m0s ahead of AWS… → set the clock"}},
		"an unknown profile": {nil, map[string]string{"AWS_PROFILE": "nope"}, []string{"fault stack: the configuration of AWS cannot be used: …nope → set AWS_REGION"}},
		"no region":          {nil, map[string]string{"AWS_REGION": ""}, []string{"fault stack: AWS is not configured: no region is set → set AWS_REGION"}},
	} {
		t.Run(name, func(t *testing.T) {
			withoutAWS(t)
			server := httptest.NewServer(tt.aws)
			defer server.Close()
			if tt.aws == nil {
				server.Close()
			}
			for name, value := range map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CA_BUNDLE": "", "AWS_ENDPOINT_URL": server.URL} {
				t.Setenv(name, value)
			}
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			exit, out := untag(t, folderWith(t, map[string]string{"rules.yaml": localRules}), "doctor", "--stack", "untag", "--json")
			var got []string
			for _, l := range reported(t, out) {
				if l.Status != "ok" {
					got = append(got, l.Status+" "+l.Check+": "+l.Found+" → "+l.Do)
				}
			}
			if exit != 1 || len(got) != len(tt.want) {
				t.Fatalf("untag doctor: exit %d, want 1 and %q:\n%s", exit, tt.want, out)
			}
			for i, want := range tt.want {
				place := 0
				for part := range strings.SplitSeq(want, "…") {
					n := strings.Index(got[i][place:], part)
					if n < 0 {
						t.Fatalf("untag doctor: %s, want %s", got[i], want)
					}
					place += n + len(part)
				}
			}
		})
	}
}

// TestDoctorBehindAProxy: certificates that AWS_CA_BUNDLE adds, as companies need for their
// proxies, do not keep doctor from AWS.
func TestDoctorBehindAProxy(t *testing.T) {
	withoutAWS(t)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id untag does not exist</Message></Error></ErrorResponse>")
	}))
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_CA_BUNDLE": bundle, "AWS_ENDPOINT_URL": server.URL} {
		t.Setenv(name, value)
	}
	_, out := untag(t, folderWith(t, map[string]string{"rules.yaml": localRules}), "doctor", "--stack", "untag", "--json")
	if lines := reported(t, out); len(lines) != 2 || lines[0].Found != "there is no stack untag in the region eu-central-1" || lines[1].Check != "clock" {
		t.Errorf("untag doctor:\n%s\nwant that there is no such stack, and the clock", out)
	}
}

type reportLine struct{ Status, Check, Found, Do string }

func reported(t *testing.T, out string) []reportLine {
	t.Helper()
	var report struct{ Lines []reportLine }
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	return report.Lines
}
