package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"untag/internal/sharedsecret"
)

const (
	// maxToken is longer than any stored secret, in bytes.
	maxToken = 64 << 10
	// maxCause is the longest token whose cause of refusal is looked for, in bytes.
	maxCause = 4 << 10
)

// form is a token or a secret, as it is or with a common mistake corrected.
type form struct {
	text string
	// cause names the corrected mistake, "" for the text as it is.
	cause string
}

// place is where a token was sent. The possible causes differ.
type place int

const (
	inHeader place = iota
	inQuery
	inBody
)

const (
	storedBlank  = "the stored secret begins or ends in white space or a line break; store it again without it"
	storedQuoted = "the stored secret has quotation marks around it; store it again without them"
	storedWord   = "the stored secret begins with a word such as Bearer; store it again without the word"
)

// causeOf returns why a refused token does not equal a stored secret, or "" if the cause is
// unknown. It compares every form with every other, in constant time like a token, so that
// its duration reveals nothing about the secrets. Its result does not show them either.
func causeOf(sent []form, stored []string) (cause string) {
	var secrets []form
	for _, secret := range stored {
		secrets = append(secrets, storedForms(secret)...)
	}
	for _, s := range sent {
		for _, secret := range secrets {
			if !same(s.text, secret.text) || cause != "" {
				continue
			}
			cause = s.cause
			if cause != "" && secret.cause != "" {
				cause += "; "
			}
			cause += secret.cause
		}
	}
	if cause == "" && slices.ContainsFunc(stored, func(secret string) bool { return same(strings.ToLower(sent[0].text), strings.ToLower(secret)) }) {
		return "the token differs from the stored secret in upper and lower case only"
	}
	return cause
}

func same(a, b string) bool {
	first, second := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(first[:], second[:]) == 1
}

func storedForms(secret string) []form {
	forms := []form{{secret, ""}}
	if trimmed := sharedsecret.Trim(secret); trimmed != secret {
		forms = append(forms, form{trimmed, storedBlank})
	}
	if bare := unquote(sharedsecret.Trim(secret)); bare != sharedsecret.Trim(secret) {
		forms = append(forms, form{bare, storedQuoted})
	}
	if word, rest, found := strings.Cut(sharedsecret.Trim(secret), " "); found && isSchemeWord(word) {
		forms = append(forms, form{strings.TrimLeft(rest, " "), storedWord})
	}
	return forms
}

// tokenForms returns a token as sent, and without common mistakes. For very long tokens,
// comparing the forms would cost more than it is worth.
func tokenForms(sent string, at place, prefix string) []form {
	forms := []form{{sent, ""}}
	if len(sent) > maxCause {
		return forms
	}
	add := func(text, cause string) {
		if text != "" && text != sent {
			forms = append(forms, form{text, cause})
		}
	}
	if at == inQuery {
		add(strings.ReplaceAll(sent, " ", "+"), "a + in the query arrives as a blank; write it as %2B in the URL, or use a secret of letters and digits")
	}
	if word, rest, found := strings.Cut(sharedsecret.Trim(sent), " "); found && isSchemeWord(word) {
		word = strings.ToUpper(word[:1]) + strings.ToLower(word[1:]) + " "
		add(unquote(sharedsecret.Trim(rest)), "`"+word+"` stands in front of the token; "+wayOut(word, at, prefix))
		for _, text := range decodedPair(sharedsecret.Trim(rest)) {
			add(text, "the token came as the password of HTTP basic authentication; write `verify: basic` in the rules file and store user:password")
		}
	}
	if name, rest, found := strings.Cut(sent, ":"); found && !strings.ContainsAny(name, " \t") {
		add(unquote(sharedsecret.Trim(rest)), "the name of the header stands in front of the token, with a colon")
	}
	add(unquote(sharedsecret.Trim(sent)), "quotation marks or white space stand around the token that was sent")
	if plain, err := url.QueryUnescape(sent); err == nil {
		add(plain, "the token was sent with %-escapes that should not be there; send it as it is")
	}
	if first, _, found := strings.Cut(sent, ","); found && strings.Trim(strings.ReplaceAll(sent, first, ""), ", ") == "" {
		add(first, "the token came more than once, joined by commas")
	}
	return forms
}

// wayOut returns what to do about an unexpected word such as Bearer.
func wayOut(word string, at place, prefix string) string {
	const leave = "have the sender leave it out"
	if at == inHeader && prefix == "" {
		return "add `prefix: " + strconv.Quote(word) + "` to the source, or " + leave
	}
	return leave
}

func isSchemeWord(word string) bool {
	switch strings.ToLower(word) {
	case "bearer", "token", "basic", "apikey", "api-key", "zoho-oauthtoken":
		return true
	}
	return false
}

// decodedPair decodes user:password of HTTP basic authentication, and returns both together
// and each of them.
func decodedPair(encoded string) []string {
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !utf8.Valid(pair) {
		return nil
	}
	user, password, _ := strings.Cut(string(pair), ":")
	return []string{string(pair), password, user}
}

// unquote removes one pair of quotation marks or brackets.
func unquote(text string) string {
	for _, pair := range [...][2]string{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"„", "“"}, {"<", ">"}} {
		if len(text) > len(pair[0])+len(pair[1]) && strings.HasPrefix(text, pair[0]) && strings.HasSuffix(text, pair[1]) {
			return sharedsecret.Trim(text[len(pair[0]) : len(text)-len(pair[1])])
		}
	}
	return text
}
