package console

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/sharedsecret"
	"untag/internal/webhook"
)

// hiderOf returns a function that puts a word in place of the stored secrets, and in place of
// the credentials of an entry's request: its rules may read those that are not its source's.
func (c *Console) hiderOf(e *Entry) func(string) string {
	sent, isHTTP := e.request()
	if !isHTTP {
		return c.hideStored
	}
	return c.hider(sent, c.mask(e, sent, nil))
}

// hider returns a function that puts a word in place of the stored secrets, and in place of what a
// masked request lacks in its headers and its query.
func (c *Console) hider(sent events.APIGatewayV2HTTPRequest, masked webhook.Masked) func(string) string {
	stored := c.hideStored
	values := credentialsIn(sent, masked)
	if len(values) == 0 {
		return stored
	}
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, value := range values {
		pairs = append(pairs, value, webhook.Hidden)
	}
	own := strings.NewReplacer(pairs...)
	return func(text string) string { return own.Replace(stored(text)) }
}

// hideStored returns a text without the stored secrets.
func (c *Console) hideStored(text string) string {
	if c.Hide == nil {
		return text
	}
	return c.Hide(text)
}

// longestSecret is how much of a text is looked at behind the place where it is cut off: a secret
// that goes on there is hidden as a whole.
const longestSecret = 4 << 10

// hiddenText returns the beginning of a text without secrets.
func hiddenText(hide func(string) string, text string, most int) string {
	return visible(cutText(hide(cutText(text, most+longestSecret)), most))
}

// hiddenJSON returns a value as JSON without secrets, at most so many bytes of it.
func hiddenJSON(hide func(string) string, value any, most int) (text string, cut bool) {
	text, cut = jsonOf(value, most+longestSecret)
	if text = hide(text); len(text) > most {
		return visible(cutText(text, most)), true
	}
	return visible(text), cut
}

// visible returns a text with escapes, as JSON has them, in place of what nobody sees: control
// characters, and those that turn the direction of what follows. One who copies the text pastes it
// into a terminal.
func visible(text string) string {
	if !strings.ContainsFunc(text, unseen) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if unseen(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func unseen(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029 || r == 0xfeff
}

// credentialsIn returns what is hidden of the headers and the query of a request, in the forms in
// which a page could show it.
func credentialsIn(sent events.APIGatewayV2HTTPRequest, masked webhook.Masked) []string {
	var values []string
	add := func(value string) {
		// It may follow a word such as Bearer, or a prefix such as sha256=.
		for _, form := range []string{value, value[strings.LastIndexAny(value, " =")+1:]} {
			if len(form) >= sharedsecret.Least && !slices.Contains(values, form) {
				values = append(values, form)
			}
		}
	}
	for name, value := range sent.Headers {
		if masked.Header.Get(name) == webhook.Hidden {
			add(value)
		}
	}
	shown := strings.Split(masked.RawQuery, "&")
	for i, pair := range strings.Split(sent.RawQueryString, "&") {
		name, value, found := strings.Cut(pair, "=")
		if !found || i >= len(shown) || shown[i] != name+"="+webhook.Hidden {
			continue
		}
		add(value)
		if plain, err := url.QueryUnescape(value); err == nil {
			add(plain)
		}
	}
	return values
}
