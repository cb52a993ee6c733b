package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestCheckSaysWhatProofsCover: an administrator must know which events anyone could make up.
func TestCheckSaysWhatProofsCover(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": `version: 1
sources:
  signed: {verify: stripe}
  aws: {verify: aws}
  token: {verify: token}
  mail: {verify: mailgun}
  form: {verify: {hmac: {hash: sha256}, signature: {form: s}, signed: "{form t}", covers: sender}}
  either: {verify: [github, basic]}
rules:
  - {name: r, on: [signed, aws, token, mail, form, either], when: event.id == "1", record: {module: Deals, id: event.id}, remove: [x]}
`})
	code, out := untag(t, folder, "check", "--strict")
	for name, note := range map[string]string{
		"token": "anyone who knows the stored secret", "mail": "anyone who has seen a request", "form": "anyone who has seen a request",
		"either": "`basic` proves who sends", "signed": "", "aws": "",
	} {
		_, after, found := strings.Cut(out, "note: in source `"+name+"`")
		line, _, _ := strings.Cut(after, "\n")
		if code != 0 || found != (note != "") || !strings.Contains(line, note) {
			t.Errorf("exit %d, want a note on %s with %q:\n%s", code, name, note, out)
		}
	}
	code, out = untag(t, folder, "check", "--json")
	var got struct {
		Sources []struct{ Name, Covers string }
	}
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || len(got.Sources) != 6 {
		t.Fatalf("exit %d, %v:\n%s", code, err, out)
	}
	for _, s := range got.Sources {
		if want := map[bool]string{true: "body", false: "sender"}[s.Name == "signed" || s.Name == "aws"]; s.Covers != want {
			t.Errorf("%s covers %s, want %s", s.Name, s.Covers, want)
		}
	}
}
