package userfile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/sharedsecret"
	"untag/internal/terminal"
)

// Secrets are what a file in the form of the webhook secret stores for each source.
type Secrets map[string]Stored

// Stored is what is stored for one source.
type Stored struct {
	// Secrets prove its requests. Any of them may.
	Secrets []string
	// VerifyTokens are for the handshake of a sender that sends one. Any of them may match.
	VerifyTokens []string
}

// WebhookSecrets returns the secrets of one source.
func (s Secrets) WebhookSecrets(ctx context.Context, source string) ([]string, error) {
	return s.WebhookSecret(ctx, source, sharedsecret.SecretKey)
}

// WebhookSecret returns what is stored for one source under a name, such as verify_token.
func (s Secrets) WebhookSecret(_ context.Context, source, name string) ([]string, error) {
	switch name {
	case sharedsecret.SecretKey:
		return s[source].Secrets, nil
	case sharedsecret.VerifyTokenKey:
		return s[source].VerifyTokens, nil
	}
	return nil, nil
}

// ReadSecrets reads a file of webhook secrets. Its error shows none of them.
func ReadSecrets(file string) (Secrets, error) {
	data, err := Read("webhook secrets", "name another with --secrets", file)
	if err != nil {
		return nil, err
	}
	return ParseSecrets(file, data)
}

// ParseSecrets reads webhook secrets that come from a file or a secret of this name. Its error
// shows none of them.
func ParseSecrets(file string, data []byte) (Secrets, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // a byte order mark, which some editors write
	var syntax *jsonvalue.SyntaxError
	if _, err := jsonvalue.Decode(data); errors.As(err, &syntax) {
		return nil, fmt.Errorf("%s:%d:%d: %s", file, syntax.Line, syntax.Column, syntax.Message)
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil || keys == nil {
		return nil, fmt.Errorf(`%s: not a JSON object such as {"zoho": "…", "github": ["new", "old"]}`, file)
	}
	webhooks := make(Secrets)
	for source, value := range keys {
		several, ok := sharedsecret.Values(value, sharedsecret.SecretKey)
		if !ok {
			return nil, fmt.Errorf("%s: key %s: %s", file, source, sharedsecret.NotValues)
		}
		tokens, _ := sharedsecret.Values(value, sharedsecret.VerifyTokenKey)
		webhooks[source] = Stored{several, tokens}
	}
	return webhooks, nil
}

// SecretFault is something wrong with the webhook secrets of a file. It names the source
// and never shows a secret.
type SecretFault struct {
	Source   string         `json:"source"`
	Severity rules.Severity `json:"severity"`
	Message  string         `json:"message"`
}

func (f SecretFault) String() string {
	text := "source " + f.Source + ": " + f.Message
	if f.Severity == rules.SeverityWarning {
		text = "warning: " + text
	}
	return terminal.Clean(text)
}

// Faults lists what is wrong with the secrets, first by source in the order of the rules,
// then the names that are not sources.
func (s Secrets) Faults(set *rules.Rules) []SecretFault {
	list := []SecretFault{}
	var names []string
	for _, source := range set.Sources() {
		names = append(names, source.Name)
		list = append(list, s.faultsOf(source)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !slices.Contains(names, name) {
			list = append(list, SecretFault{name, rules.SeverityWarning, "there is no source of this name in the rules; its sources are " + strings.Join(names, ", ")})
		}
	}
	return list
}

func (s Secrets) faultsOf(source event.Source) (list []SecretFault) {
	add := func(severity rules.Severity, format string, args ...any) {
		list = append(list, SecretFault{source.Name, severity, fmt.Sprintf(format, args...)})
	}
	stored := s[source.Name].Secrets
	list = s.tokenFaults(source)
	switch {
	case !source.Secrets() && len(stored) > 0:
		add(rules.SeverityWarning, "its ways to verify need no secret")
		return list
	case source.Secrets() && len(stored) == 0:
		add(rules.SeverityWarning, "no secret is stored for it, so it refuses requests that need one; store %s", ToStore(source))
		return list
	}
	usable, findings := sharedsecret.Examine(source.Name, stored)
	for _, f := range findings {
		severity := rules.SeverityWarning
		if f.Refused {
			severity = rules.SeverityError
		}
		add(severity, "%s %s", f.Subject(), f.Reason)
	}
	if source.Accepts("basic") {
		basicFaults(source, usable, add)
	}
	if source.Accepts("zoho-notification") {
		for _, secret := range usable {
			if n := utf8.RuneCountInString(secret); n > maxNotificationToken {
				add(rules.SeverityWarning, "a secret has %d characters, but the token of a Zoho notification may have at most %d", n, maxNotificationToken)
			}
		}
	}
	return list
}

// NeedsVerifyToken reports whether a handshake of the source carries the stored verify_token.
func NeedsVerifyToken(source event.Source) bool {
	return slices.ContainsFunc(source.Handshakes, func(h sender.Handshake) bool { return !h.Secret.IsZero() })
}

// ToStore says what to store as the secret of a source.
func ToStore(source event.Source) string {
	for _, way := range source.Verify {
		row, known := rules.LoadSender(way.Kind)
		switch {
		case known:
			return row.Store
		case way.Kind == "basic", way.Verify != nil && way.Verify.Compare == "basic":
			return "the user and the password that the sender sends, as user:password"
		case way.Verify != nil && (way.Verify.Key != nil || way.Verify.JWT != nil && !way.Verify.JWT.IsSymmetric()):
			return "the public key that the sender shows"
		case way.Verify != nil || way.Kind == "hmac":
			return "the secret that you share with the sender"
		}
	}
	return "a secret of your choice, such as one that `openssl rand -hex 24` makes, and give it to the sender"
}

// tokenFaults finds what is wrong with the verify_token of a source, and whether one is missing
// that a handshake of the source needs.
func (s Secrets) tokenFaults(source event.Source) (list []SecretFault) {
	tokens, needed := s[source.Name].VerifyTokens, NeedsVerifyToken(source)
	switch {
	case needed && len(tokens) == 0:
		return []SecretFault{{source.Name, rules.SeverityWarning,
			`no verify_token is stored for it, so it refuses the handshake with which its sender confirms the URL; store {"secret": …, "verify_token": …}`}}
	case !needed && len(tokens) > 0:
		return []SecretFault{{source.Name, rules.SeverityWarning, "a verify_token is stored for it, but no handshake of it uses one"}}
	}
	_, findings := sharedsecret.Examine(source.Name, tokens)
	for _, f := range findings {
		severity := rules.SeverityWarning
		if f.Refused {
			severity = rules.SeverityError
		}
		list = append(list, SecretFault{source.Name, severity, strings.Replace(f.Subject(), "secret", "verify_token", 1) + " " + f.Reason})
	}
	return list
}

// ForRealAccount returns what makes secrets unusable for a real account, such as being
// published: as refused if a source has no other secret, otherwise as warnings.
func (s Secrets) ForRealAccount(set *rules.Rules, file string) (refused, warnings []string) {
	for _, source := range set.Sources() {
		if !source.Secrets() {
			continue
		}
		usable, findings := sharedsecret.Examine(source.Name, s[source.Name].Secrets)
		for _, found := range findings {
			fault := terminal.Clean(fmt.Sprintf("%s: source %s: %s %s", file, source.Name, found.Subject(), found.Reason))
			if len(usable) == 0 {
				refused = append(refused, fault)
			} else {
				warnings = append(warnings, fault)
			}
		}
	}
	return refused, warnings
}

// maxNotificationToken is how many characters the token of a Zoho subscription may have.
const maxNotificationToken = 50

// basicFaults finds secrets that are not user:password though they must be: every one if
// the source needs secrets for nothing else, otherwise at least one.
func basicFaults(source event.Source, stored []string, add func(rules.Severity, string, ...any)) {
	alone := !slices.ContainsFunc(source.Verify, func(v event.Scheme) bool { return v.Kind != "basic" && v.Kind != "aws" })
	pairs := 0
	for _, secret := range stored {
		reason := sharedsecret.RefusedPair(secret)
		switch {
		case reason == "":
			pairs++
		case alone:
			add(rules.SeverityError, "a stored secret %s", reason)
		}
	}
	if !alone && pairs == 0 {
		add(rules.SeverityWarning, "it lists `basic`, but no usable secret is user:password")
	}
}
