package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/webhook"
)

type explainFlags struct {
	event, rules, records, secrets string
	json                           bool
}

func newExplain() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain -e FILE",
		Short: "Explain what untag would do with a recorded event, and why",
		Long: `Read a recorded invocation (from an HTTP or REST API, a function URL, a load balancer,
SQS or EventBridge, or a direct one), or a stored event that untag dlq show --output
wrote. Show the event as parsed, each condition of each rule with the value it found,
the removals, and the requests that would go to Zoho. Nothing is sent.

Without --secrets, the request's secret or signature is not checked. With it, a request
that does not verify shows only the reason. Without --records, the requests that look for records
in Zoho are shown, but not what they would find.

Exit codes: 0: done; 1: the request does not verify; 2: wrong usage or an unreadable
file.`,
		Example: `  untag explain -e events/zoho-workflow-json.json
  untag explain -e events/github-issues.json --secrets events/secrets/webhook.json --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return explain(c.Context(), c.OutOrStdout(), f) },
	}
	c.Flags().StringVarP(&f.event, "event", "e", "", "file with the recorded invocation or the stored event")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	c.Flags().StringVar(&f.records, "records", "", "YAML file of the CRM's records, for rules that read them")
	c.Flags().StringVar(&f.secrets, "secrets", "", "JSON file of webhook secrets, to verify the request")
	c.Flags().BoolVar(&f.json, "json", false, "print as JSON")
	return c
}

func explain(ctx context.Context, w io.Writer, f explainFlags) error {
	if f.event == "" {
		return errors.New("name the recorded event with -e FILE, such as untag explain -e events/zoho-workflow-json.json")
	}
	set, err := readRules(f.rules)
	if err != nil {
		return err
	}
	recorded, err := readRecorded(set, f.event)
	if err != nil {
		return err
	}
	x := examiner{set: set, apiURL: os.Getenv("ZOHO_API_URL"), version: os.Getenv("ZOHO_API_VERSION")}
	if f.records != "" {
		records, err := readRecords(f.records)
		if err != nil {
			return err
		}
		x.crm = sandbox.New(sandbox.Config{Records: records})
	}
	r, err := newReader(set, f.secrets)
	if err != nil {
		return err
	}
	for i, one := range recorded {
		ev, verified, err := r.read(ctx, one)
		if err != nil {
			return err
		}
		examined, err := x.examine(ctx, ev)
		if err != nil {
			return err
		}
		if i > 0 && !f.json {
			fmt.Fprintln(w) // between the events of a batch
		}
		explained := newExplained(examined, set.Explain(ev), verified, x.crm)
		if _, known := set.Source(ev.Source); !known { // stored when the rules still had it
			explained.notes = append(explained.notes, "the rules have no such source: the event would go to the dead-letter queue ("+handler.CodeUnknownSource+")")
		}
		show := explained.print
		if f.json {
			show = explained.printJSON
		}
		if err := show(w); err != nil {
			return err
		}
	}
	return nil
}

// readRecorded reads a file with an invocation, or with one event as it is stored in the
// queue.
func readRecorded(set *rules.Rules, file string) ([]handler.Recorded, error) {
	payload, err := readFile("event", "name another with -e", file)
	if err != nil {
		return nil, err
	}
	if stored, err := queue.Decode(string(payload)); err == nil {
		return []handler.Recorded{{Stored: &stored}}, nil
	}
	recorded, err := handler.Read(set, payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, whyUnread(payload, err))
	}
	return recorded, nil
}

// reader verifies and parses recorded events.
type reader struct {
	rules    *rules.Rules
	receiver *webhook.Receiver
	checks   bool
}

func newReader(set *rules.Rules, secretsFile string) (*reader, error) {
	// Nothing is acted on, so any secret will do.
	c := webhook.Config{Sources: set.Sources(), AllowDemo: true}
	if secretsFile != "" {
		secrets, err := readWebhookSecrets(secretsFile)
		if err != nil {
			return nil, err
		}
		c.Secrets = secrets
	}
	return &reader{rules: set, receiver: webhook.New(c), checks: secretsFile != ""}, nil
}

// read returns the event and whether it verified: "yes" or "not checked". If it does not
// verify, or its source does not exist, the error is an answerIsNo.
func (r *reader) read(ctx context.Context, one handler.Recorded) (event.Event, string, error) {
	verified := "not checked"
	var d event.Delivery
	var err error
	switch {
	case one.Stored != nil:
		d = r.rules.Proven(*one.Stored)
	case r.checks:
		verified = "yes"
		d, err = r.receiver.Verify(ctx, *one.Request)
	default:
		d, err = r.receiver.Assume(*one.Request)
	}
	if err != nil {
		var e *webhook.Error
		if errors.As(err, &e) && e.Kind != webhook.TooLarge && e.Kind != webhook.Malformed {
			return event.Event{}, "no", answerIsNo{"not verified: " + err.Error() + r.sourcesInstead(e)}
		}
		return event.Event{}, "no", err
	}
	if one.DeliveryID != "" {
		d.DeliveryID = one.DeliveryID
	}
	if d.Time.IsZero() {
		d.Time = time.Now().UTC()
	}
	ev, err := webhook.Parse(d)
	return ev, verified, err
}

// explained is an examination as it is shown.
type explained struct {
	Source   string         `json:"source"`
	Verified string         `json:"verified"`
	Event    map[string]any `json:"event"`
	// PassedOver are the files of a form that rules cannot read.
	PassedOver []string           `json:"files_passed_over,omitempty"`
	Rules      []explainedRule    `json:"rules"`
	Removals   []explainedRemoval `json:"removals"`
	Requests   []sent             `json:"requests"`

	notes []string
	// errors are the rules that could not be evaluated.
	errors map[string]string
}

type explainedRule struct {
	Name       string            `json:"name"`
	Matched    bool              `json:"matched"`
	DecidedBy  *string           `json:"decided_by"`
	Conditions []rules.Condition `json:"conditions"`
	Error      string            `json:"error,omitempty"`
}

type explainedRemoval struct {
	Rule   string   `json:"rule"`
	Module string   `json:"module"`
	ID     string   `json:"id"`
	Tags   []string `json:"tags"`
}

func newExplained(x examination, explanations []rules.Explanation, verified string, crm *sandbox.Sandbox) explained {
	out := explained{
		Source: x.event.Source, Verified: verified, Event: x.event.Fields, PassedOver: passedOver(x.event.PassedOver),
		Rules: []explainedRule{}, Removals: []explainedRemoval{}, Requests: []sent{},
		errors: make(map[string]string),
	}
	nothing := make(map[string]bool)
	for _, e := range explanations {
		out.Rules = append(out.Rules, newExplainedRule(e, x, crm))
		nothing[e.Rule] = e.Candidate != nil && e.Candidate.Nothing != ""
	}
	for _, r := range x.planned.Removals {
		out.Removals = append(out.Removals, explainedRemoval{r.Rule, r.Module, r.ID, r.Tags})
		if r.Rounded {
			out.notes = append(out.notes, fmt.Sprintf("%s: the id of %s %s came as a number that ends in zeros: the sender has probably rounded it; have it send the id as text", r.Rule, r.Module, r.ID))
		}
	}
	out.Requests = append(out.Requests, x.requests...)
	for _, s := range x.outcome.Skipped {
		if crm == nil && !nothing[s.Rule] {
			continue // nothing was looked up
		}
		out.notes = append(out.notes, fmt.Sprintf("%s: %s: %s", s.Rule, strings.TrimSpace(s.Module+" "+s.ID), s.Reason))
	}
	for _, e := range x.outcome.Errors {
		out.errors[e.Rule] = e.Message
		out.notes = append(out.notes, fmt.Sprintf("%s: cannot be evaluated: %s", e.Rule, e.Message))
	}
	for _, failed := range x.outcome.Failed {
		out.notes = append(out.notes, fmt.Sprintf("%s: %s: %s", failed.Rule, failed.Code, failed.Why()))
	}
	return out
}

// newExplainedRule joins the parts of `when` with those of `where`, if the record was
// read.
func newExplainedRule(e rules.Explanation, x examination, crm *sandbox.Sandbox) explainedRule {
	r := explainedRule{Name: e.Rule, Matched: e.Matched, Conditions: e.Conditions}
	if r.Conditions == nil {
		r.Conditions = []rules.Condition{}
	}
	decidedBy := e.DecidedBy
	if e.Err != nil {
		r.Error = e.Err.Message
	}
	for i, resolved := range x.planned.Resolutions {
		if resolved.Rule != e.Rule {
			continue
		}
		if i == 0 || !r.Matched {
			r.Matched = e.Matched && resolved.Resolution.Matched
		}
		conditions := resolved.Resolution.Conditions
		switch {
		case decidedBy == "" || !resolved.Resolution.Matched && resolved.Resolution.DecidedBy != "":
			decidedBy = resolved.Resolution.DecidedBy
			r.Conditions = undecided(r.Conditions)
		default:
			conditions = undecided(conditions)
		}
		r.Conditions = append(r.Conditions, conditions...)
		if resolved.Resolution.Err != nil {
			r.Error = resolved.Resolution.Err.Message
		}
	}
	if crm == nil && e.Candidate != nil && (e.Candidate.NeedsRecord || e.Candidate.Find != nil) {
		r.Error = "" // nothing is wrong: the record was not read
	}
	if decidedBy != "" {
		r.DecidedBy = &decidedBy
	}
	return r
}

// undecided returns conditions none of which decided: another one did.
func undecided(conditions []rules.Condition) []rules.Condition {
	conditions = slices.Clone(conditions)
	for i := range conditions {
		conditions[i].Decided = false
	}
	return conditions
}

func (e explained) printJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(e)
}
