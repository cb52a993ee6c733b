package sharedsecret

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// Least is the minimum length of a secret, in characters.
	Least = 8
	// Enough is the minimum length of a secret that is accepted without a warning.
	Enough = 16
)

// Demo is the prefix of every secret of the demonstration.
const Demo = "untag-demo"

// Finding is what is wrong with one stored secret of a source.
type Finding struct {
	Source string
	// Number is the position of the secret among the Of secrets of the source, from 1.
	Number, Of int
	// Refused means that the secret proves nothing. Otherwise it works but should be
	// replaced.
	Refused bool
	Reason  string
}

// Subject returns words that name the secret of a finding.
func (f Finding) Subject() string {
	if f.Of == 1 {
		return "the stored secret"
	}
	return fmt.Sprintf("secret %d of %d", f.Number, f.Of)
}

// Examine returns the secrets of a source that may prove something, and what is wrong with
// any of its secrets.
func Examine(source string, stored []string) (usable []string, findings []Finding) {
	for i, secret := range stored {
		f := Finding{Source: source, Number: i + 1, Of: len(stored)}
		if f.Reason = Refused(source, secret); f.Reason != "" {
			f.Refused = true
			findings = append(findings, f)
			continue
		}
		usable = append(usable, secret)
		for _, f.Reason = range weaknesses(secret) {
			findings = append(findings, f)
		}
	}
	return usable, findings
}

// Refused returns why a secret of a source proves nothing, or "" if it may prove something.
func Refused(source, secret string) (reason string) {
	plain := Trim(secret)
	switch {
	case secret == "":
		return "is empty"
	case plain == "":
		return "is nothing but white space"
	case isDemo(plain):
		return "is one of untag's demonstration secrets, which anyone can look up"
	case isExample(plain):
		return "is an example, which anyone can guess"
	case strings.EqualFold(plain, source):
		return "is the name of the source, which its URL shows"
	case isShort(plain):
		return fmt.Sprintf("has fewer than %d characters", Least)
	}
	return ""
}

// pemBegin is the beginning of a public key in PEM, which ends in a line break as a rule.
const pemBegin = "-----BEGIN "

func weaknesses(secret string) []string {
	var list []string
	if Trim(secret) != secret && !strings.HasPrefix(secret, pemBegin) {
		list = append(list, "begins or ends in white space or a line break, which senders leave out; store it again without it")
	}
	if length(Trim(secret)) < Enough {
		list = append(list, fmt.Sprintf("has fewer than %d characters; `openssl rand -hex 24` makes a better one", Enough))
	}
	return list
}

// Trim removes white space and other invisible characters from both ends of a secret.
func Trim(secret string) string {
	return strings.TrimFunc(secret, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}

// isShort reports whether a secret has fewer than Least characters.
func isShort(secret string) bool {
	n := 0
	for _, r := range secret {
		if !invisible(r) {
			if n++; n == Least {
				return false
			}
		}
	}
	return true
}

// length counts the characters of a secret that can be seen, and the blanks between them.
func length(secret string) int {
	n := 0
	for _, r := range secret {
		if !invisible(r) {
			n++
		}
	}
	return n
}

// invisible reports whether a character that is not white space shows nothing.
func invisible(r rune) bool {
	if r < utf8.RuneSelf { // the usual case, and a slow one below
		return r < ' ' || r == 0x7f
	}
	const brailleBlank = '\u2800'
	return unicode.IsControl(r) || r == brailleBlank || unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func isDemo(secret string) bool {
	_, password, _ := strings.Cut(secret, ":")
	return hasPrefix(secret, Demo) || hasPrefix(password, Demo)
}

// hasPrefix reports whether a text begins with a prefix of ASCII, in any case.
func hasPrefix(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// RefusedPair returns why user:password, a stored secret for HTTP basic authentication,
// proves nothing, or "" if it may prove something. The name of the user is not a secret.
func RefusedPair(pair string) (reason string) {
	user, password, found := strings.Cut(pair, ":")
	if !found {
		return "has no colon: for HTTP basic authentication it is user:password"
	}
	if reason = Refused(user, password); reason != "" {
		return "is user:password, and the password " + strings.Replace(reason, "of the source, which its URL shows", "of the user", 1)
	}
	return ""
}

// isExample reports whether a secret is only a placeholder: from this documentation, from
// another one, or from a template that was not filled in.
func isExample(secret string) bool {
	if len(secret) <= longestExample && slices.Contains(examples, strings.ToLower(secret)) {
		return true
	}
	for _, around := range [...][2]string{{"<", ">"}, {"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"[", "]"}} {
		if strings.HasPrefix(secret, around[0]) && strings.HasSuffix(secret, around[1]) {
			return true
		}
	}
	// Asterisks, dots or dashes hide a secret or stand for one.
	first, _ := utf8.DecodeRuneInString(secret)
	return !unicode.IsLetter(first) && !unicode.IsDigit(first) && strings.Trim(secret, string(first)) == ""
}
