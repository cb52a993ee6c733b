package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/sendersample"
)

// TestSendWithAMadeUpSecret: what untag run makes up suits the sender, so that its sample can be
// sent without the sender.
func TestSendWithAMadeUpSecret(t *testing.T) {
	var sources, names []string
	files := make(map[string]string)
	for _, name := range sender.Names() {
		row, _ := rules.LoadSender(name)
		v := row.Source.Verify[0].Verify
		sample, found, err := sendersample.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, name+": {verify: "+name+"}")
		if found && (v.HMAC != nil || v.Compare != "" || v.Code == sender.Braintree) {
			names = append(names, name)
			files[sample.File()] = sample.EventFile()
		}
	}
	files["rules.yaml"] = "version: 1\nsources: {" + strings.Join(sources, ", ") + "}\nrules: [{name: r, on: [" + strings.Join(sender.Names(), ", ") + "], when: event.nothing, record: {module: Deals, id: event.id}, remove: [x]}]\n"
	folder := folderWith(t, files)
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "Press Ctrl-C", "run", "--listen", "127.0.0.1:0")
	defer stop(os.Interrupt)
	address := regexp.MustCompile(`at (http://[^/]*)/webhooks`).FindStringSubmatch(printed)[1]
	for _, name := range names {
		secret := regexp.MustCompile(`(?m)^  ` + regexp.QuoteMeta(name) + `  (\S+)`).FindStringSubmatch(printed)
		if secret == nil {
			t.Errorf("%s: no secret was made up", name)
			continue
		}
		sample, _, _ := sendersample.Find(name)
		if code, out := untag(t, folder, "send", "--as", name, "--secret", secret[1], "--to", address+"/webhooks/"+name, sample.File()); code != 0 {
			t.Errorf("%s: exit %d: %s", name, code, out)
		}
	}
	if want := "Source telnyx has no secret"; !strings.Contains(printed, want) {
		t.Errorf("printed, without %q:\n%s", want, printed)
	}
}
