package zoho

import (
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	maxCode    = 64
	maxMessage = 200
)

// codeText returns a code unchanged, or "" if it does not look like one, as codes are logged.
func codeText(code string) string {
	for _, r := range code {
		if !isLetterOrDigit(r) && r != '_' {
			return ""
		}
	}
	if len(code) > maxCode {
		return ""
	}
	return code
}

// isLetterOrDigit reports whether a character is an ASCII letter or digit.
func isLetterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// messageText returns a message as one line without control characters, shortened if needed.
func messageText(message string) string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(message, "\ufffd"))
	return strings.TrimSpace(shorten(text, maxMessage))
}

// shorten returns at most so many characters of a text.
func shorten(text string, most int) string {
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i] + "…"
		}
	}
	return text
}

// seconds parses a number of seconds, in quotes or not, up to maxRetryAfter. It returns 0 if
// the text is not a number.
func seconds(text string) time.Duration {
	n, err := strconv.ParseFloat(strings.Trim(text, `" `), 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return time.Duration(min(n, maxRetryAfter.Seconds()) * float64(time.Second))
}

// retryAfterHeader parses Retry-After, in seconds or as a date. It returns 0 if there is none.
func retryAfterHeader(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if date, err := http.ParseTime(value); err == nil {
		return min(max(0, time.Until(date)), maxRetryAfter)
	}
	return seconds(value)
}
