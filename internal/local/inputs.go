package local

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/terminal"
	"untag/internal/userfile"
)

// inputs are what `untag run` reads, and what it makes up if a default file is missing.
type inputs struct {
	rules    *rules.Rules
	webhooks userfile.Secrets
	records  sandbox.Records
	files    []string

	// shown are the secrets that may be printed, by source: those of the project's
	// example, and those that were made up for this run.
	shown map[string]string
	// madeUp are the sources whose secret was made up.
	madeUp []string
	// warnings are about secrets that should be replaced.
	warnings []string
	// noRecords says that there was no file of records, noEvents why there are no events.
	noRecords bool
	noEvents  string
}

func readInputs(f Options) (inputs, error) {
	var in inputs
	var err error
	if in.rules, err = userfile.ReadRules(f.Rules); err != nil {
		return in, err
	}
	if err := in.readSecrets(f); err != nil {
		return in, err
	}
	if !f.Zoho || f.Given["events"] {
		in.files, err = EventFiles(f.Events)
		var none NoEvents
		if err != nil && (f.Given["events"] || !errors.As(err, &none)) {
			return in, err
		}
		in.noEvents = none.Why
	}
	if f.Zoho {
		return in, nil
	}
	in.records, err = userfile.ReadRecords(f.Records)
	if userfile.Absent(err) && !f.Given["records"] {
		in.noRecords, in.records, err = true, recordsOf(in.rules), nil
	}
	return in, err
}

// readSecrets reads the file, and makes up what a default file lacks, so that a source
// can be tried at once. Secrets that were made up are valid for this run only.
func (in *inputs) readSecrets(f Options) error {
	var err error
	in.webhooks, err = userfile.ReadSecrets(f.Secrets)
	if err != nil && (f.Given["secrets"] || !userfile.Absent(err)) {
		return err
	}
	in.shown = make(map[string]string)
	if in.webhooks == nil {
		in.webhooks = make(userfile.Secrets)
	}
	for source, stored := range in.webhooks {
		if !f.Given["secrets"] && len(stored.Secrets) > 0 {
			in.shown[source] = stored.Secrets[0]
		}
	}
	if f.Zoho {
		var refused []string
		if refused, in.warnings = in.webhooks.ForRealAccount(in.rules, f.Secrets); len(refused) > 0 {
			return append(append(terminal.FaultLines{"--zoho: the webhook secrets cannot be used:"}, refused...),
				"use --secrets to name a file with secrets that nobody can guess; `openssl rand -hex 24` makes one")
		}
	}
	if f.Given["secrets"] {
		return nil
	}
	for _, s := range in.rules.Sources() {
		in.makeUp(s)
	}
	return nil
}

// makeUp makes up what a source needs and the file lacks.
func (in *inputs) makeUp(s event.Source) {
	stored, made := in.webhooks[s.Name], false
	if secret := madeUpSecret(s); len(stored.Secrets) == 0 && secret != "" {
		stored.Secrets, made = []string{secret}, true
		in.shown[s.Name] = secret
	}
	if userfile.NeedsVerifyToken(s) && len(stored.VerifyTokens) == 0 {
		stored.VerifyTokens, made = []string{rand.Text()}, true
	}
	if made {
		in.webhooks[s.Name] = stored
		in.madeUp = append(in.madeUp, s.Name)
	}
}

// notes says what was missing, and how to provide it.
func (in inputs) notes(f Options) string {
	var out strings.Builder
	switch {
	case len(in.files) > 0:
	case f.Zoho:
		out.WriteString("No events were delivered: this is a real account, and the project's events name made-up records.\nUse --events FOLDER to deliver events about your own records.\n")
	default:
		fmt.Fprintf(&out, "No events were delivered: %s. Use --events FOLDER to name a folder of recorded events.\n", terminal.Clean(in.noEvents))
	}
	if in.noRecords {
		fmt.Fprintf(&out, "There is no %s, so the simulated Zoho ", terminal.Clean(f.Records))
		if len(in.records) == 0 {
			out.WriteString("has no records. Use --records FILE to name a file such as:\n  Deals: [{id: \"5725767000000900001\", Tag: [In progress]}]\n")
		} else {
			out.WriteString("starts with these records. Use --records FILE to name a file like it:\n")
		}
		for _, module := range slices.Sorted(maps.Keys(in.records)) {
			record := in.records[module][0]
			fmt.Fprintf(&out, "  %s: [{id: \"%s\", Tag: [%s]}]\n", module, record["id"], yamlList(record["Tag"].([]any)))
		}
	}
	if len(in.madeUp) > 0 {
		fmt.Fprintf(&out, "No secret for %s in %s, so one was made up for this run. Use --secrets FILE to name a file with yours:\n", terminal.Clean(strings.Join(in.madeUp, ", ")), terminal.Clean(f.Secrets))
		for _, source := range in.madeUp {
			fmt.Fprintf(&out, "  %s  %s", terminal.Clean(source), in.shown[source])
			if tokens := in.webhooks[source].VerifyTokens; len(tokens) > 0 {
				fmt.Fprintf(&out, "  verify_token: %s", tokens[0])
			}
			out.WriteByte('\n')
		}
	}
	for _, s := range in.rules.Sources() {
		if s.Secrets() && len(in.webhooks[s.Name].Secrets) == 0 {
			fmt.Fprintf(&out, "Source %s has no secret in %s: requests that need one are refused. Add \"%s\": \"…\" to it, with %s.\n", terminal.Clean(s.Name), terminal.Clean(f.Secrets), terminal.Clean(s.Name), userfile.ToStore(s))
		}
		if userfile.NeedsVerifyToken(s) && len(in.webhooks[s.Name].VerifyTokens) == 0 {
			fmt.Fprintf(&out, "Source %s has no verify_token in %s: the handshake of its sender is refused. Store it as \"%s\": {\"secret\": …, \"verify_token\": …}.\n", terminal.Clean(s.Name), terminal.Clean(f.Secrets), terminal.Clean(s.Name))
		}
	}
	return out.String()
}

// yamlList writes tags as the items of a YAML list; quoted, as a tag may hold any
// character.
func yamlList(tags []any) string {
	var list []string
	for _, tag := range tags {
		list = append(list, fmt.Sprintf("%q", tag))
	}
	return strings.Join(list, ", ")
}

// NoEvents is the error for a folder that has no recorded events, or does not exist.
type NoEvents struct{ Why string }

func (e NoEvents) Error() string {
	return "read the events: " + e.Why + "; name another folder with --events"
}

// readFolder lists a folder of events; see EventFiles.
func readFolder(folder string) ([]os.DirEntry, error) {
	entries, err := os.ReadDir(folder)
	if userfile.Absent(err) {
		return nil, NoEvents{"there is no folder " + folder}
	}
	if err != nil {
		return nil, fmt.Errorf("read the events: %w", err)
	}
	return entries, nil
}
