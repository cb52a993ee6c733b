package webhook

import (
	"strconv"
	"strings"
	"time"

	"untag/internal/sender"
)

// signedTime is the time of signing, as sent and as a time.
type signedTime struct {
	text string
	at   time.Time
}

// timestamp returns the time of signing, as sent and as a time. It must be well formed before
// it is signed over: where nothing separates it from the body, bytes could move between them.
func (p *proof) timestamp() (text string, at time.Time, err error) {
	if p.signed.text != "" {
		return p.signed.text, p.signed.at, nil
	}
	place := p.verify.Timestamp.Place
	text, err = p.only(place)
	switch {
	case err != nil:
		return "", time.Time{}, err
	case text == "":
		return "", time.Time{}, refusal("no time of signing: no " + p.name(place))
	}
	at, ok := parseTime(p.verify.Timestamp.Unit, text)
	if !ok {
		return "", time.Time{}, refusal("the time of signing in " + p.name(place) + " is not " + timeForm(p.verify.Timestamp.Unit))
	}
	if place.JSON == nil {
		p.signed = signedTime{text, at}
	}
	return text, at, nil
}

// timeForm returns the unit of a timestamp in words.
func timeForm(unit string) string {
	switch unit {
	case "s":
		return "in seconds since 1970"
	case "ms":
		return "in milliseconds since 1970"
	case "iso":
		return "an ISO 8601 time with a time zone"
	}
	return "of a known unit"
}

// maxDigits is longer than any timestamp, in digits.
const maxDigits = 15

func parseTime(unit, text string) (at time.Time, ok bool) {
	if unit == "iso" {
		for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
			if at, err := time.Parse(layout, text); err == nil && !strings.Contains(text, ",") {
				return at, true
			}
		}
		return time.Time{}, false
	}
	if len(text) > maxDigits || strings.Trim(text, "0123456789") != "" {
		return time.Time{}, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, false
	case unit == "s":
		return time.Unix(n, 0), true
	case unit == "ms":
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}

// checkTime refuses a request that was signed too long ago, or in the future.
func (p *proof) checkTime() (at time.Time, err error) {
	_, at, err = p.timestamp()
	if err != nil {
		return at, err
	}
	tolerance := p.verify.Timestamp.Tolerance
	if tolerance == 0 {
		return at, nil
	}
	switch age := p.now.Sub(at); {
	case age > tolerance:
		return at, refusal("the time of signing is more than " + minutes(tolerance) + " ago: the request is late or sent again, or the clocks differ")
	case age < -tolerance:
		return at, refusal("the time of signing is more than " + minutes(tolerance) + " in the future: the clocks differ")
	}
	return at, nil
}

// minutes returns a duration as people write it: 5m for five minutes.
func minutes(d time.Duration) string { return sender.Duration(d) }
