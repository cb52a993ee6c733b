package condition

import (
	"math"
	"regexp"
	"strings"
	"sync"
	"time"
)

// layout is the layout of a date for time.Parse.
type layout string

// isoDate matches the parts of a date in ISO 8601 and similar forms: the day, and optionally
// a time after T or a space, a fraction of a second, and a zone.
var isoDate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d{4}-\d\d-\d\d|\d{8})(?:[Tt ](\d\d:?\d\d)(:?\d\d)?(?:[.,](\d{1,9}))?)? ?(?:([Zz]|UTC|GMT)|([+-]\d\d):?(\d\d)?)?$`)
})

// readDate reads a date in a form that docs/rules.md lists. One without a zone is in UTC.
func readDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 100 {
		return time.Time{}, false
	}
	p := isoDate().FindStringSubmatch(s)
	if p == nil {
		return readMailDate(s)
	}
	if p[2] == "" && p[6] != "" {
		return time.Time{}, false // a zone without a time
	}
	text, form := strings.ReplaceAll(p[1], "-", ""), "20060102"
	if p[2] != "" {
		text, form = text+strings.ReplaceAll(p[2]+p[3], ":", ""), form+"1504"
	}
	if p[3] != "" {
		form += "05"
	}
	if p[4] != "" {
		if p[3] == "" {
			return time.Time{}, false
		}
		text, form = text+"."+p[4], form+"."+strings.Repeat("0", len(p[4]))
	}
	if p[6] != "" {
		text, form = text+p[6]+(p[7] + "00")[:2], form+"-0700"
	}
	t, err := time.Parse(form, text)
	return t.UTC(), err == nil
}

// readMailDate reads the dates of e-mail and HTTP, such as "Sun, 01 Mar 2026 12:00:00 +0100".
func readMailDate(s string) (time.Time, bool) {
	if _, rest, found := strings.Cut(s, ", "); found {
		s = rest
	}
	for _, zone := range [...]string{"-0700", "GMT", "UTC", "Z"} {
		if t, err := time.Parse("2 Jan 2006 15:04:05 "+zone, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// words are the parts of a layout as other languages write them, each with the form that
// time.Parse reads. Those that begin with % are strftime's.
var words = [...][2]string{
	{"yyyy", "2006"}, {"YYYY", "2006"}, {"%Y", "2006"}, {"yy", "06"}, {"YY", "06"}, {"%y", "06"},
	{"MMMM", "January"}, {"%B", "January"}, {"MMM", "Jan"}, {"%b", "Jan"}, {"MM", "01"}, {"%m", "01"}, {"M", "1"},
	{"dd", "02"}, {"DD", "02"}, {"%d", "02"}, {"d", "2"}, {"D", "2"}, {"%e", "_2"},
	{"EEEE", "Monday"}, {"%A", "Monday"}, {"EEE", "Mon"}, {"%a", "Mon"},
	{"HH", "15"}, {"H", "15"}, {"%H", "15"}, {"hh", "03"}, {"h", "3"}, {"%I", "03"},
	{"mm", "04"}, {"m", "4"}, {"%M", "04"}, {"ss", "05"}, {"s", "5"}, {"%S", "05"}, {"SSS", "000"}, {"%f", "000000"},
	{"XXX", "Z07:00"}, {"Z", "Z0700"}, {"%z", "Z0700"}, {"a", "PM"}, {"A", "PM"}, {"%p", "PM"},
	{"%F", "2006-01-02"}, {"%T", "15:04:05"}, {"%D", "01/02/06"}, {"T", "T"}, {"%%", "%"},
}

// newLayout reads a layout in Go's form, which has digits, or in words such as dd.MM.yyyy.
// The last result says what is wrong with it.
func newLayout(text string) (layout, string) {
	form := text
	if len(text) > 100 {
		return "", "the layout of date is too long: more than 100 characters"
	}
	if !strings.ContainsAny(text, "0123456789") {
		var fault string
		if form, fault = fromWords(text); fault != "" {
			return "", fault
		}
	}
	// A part of the date that the layout leaves out is lost on the way there and back.
	probe := time.Date(2031, 11, 23, 0, 0, 0, 0, time.UTC)
	t, err := time.Parse(form, probe.Format(form))
	if err != nil || !t.Equal(probe) {
		return "", `the layout of date needs a day, a month and a year, as in "dd.MM.yyyy"`
	}
	return layout(form), ""
}

// fromWords replaces the words of a layout one by one. The last result says what is wrong.
func fromWords(text string) (form, fault string) {
	var out strings.Builder
	for text != "" {
		word, goes := wordAt(text)
		switch {
		case word != "":
			out.WriteString(goes)
		case text[0] == '%' || 'a' <= text[0]|0x20 && text[0]|0x20 <= 'z':
			return "", `the layout of date has an unknown letter; use yyyy, MM, dd, HH, mm and ss, as in "dd.MM.yyyy HH:mm"`
		default:
			word = text[:1]
			out.WriteString(word)
		}
		text = text[len(word):]
	}
	return out.String(), ""
}

// wordAt returns the longest word that a layout begins with, and Go's form of it.
func wordAt(text string) (word, goes string) {
	for _, w := range words {
		if strings.HasPrefix(text, w[0]) && len(w[0]) > len(word) {
			word, goes = w[0], w[1]
		}
	}
	return word, goes
}

// unit matches a number with its unit.
var unit = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\d+(?:\.\d+)?)(w|d|h|ms|m|s|us|µs|ns)`)
})

// readDuration reads a duration as time.ParseDuration does, and also days and weeks.
func readDuration(s string) (time.Duration, bool) {
	rest, negative := strings.CutPrefix(s, "-")
	rest = strings.TrimPrefix(rest, "+")
	if rest == "" || len(s) > 100 {
		return 0, false
	}
	var total time.Duration
	for rest != "" {
		p := unit().FindStringSubmatch(rest)
		if p == nil {
			return 0, rest == "0" && total == 0
		}
		one, hours := p[0], time.Duration(1)
		switch p[2] {
		case "d":
			one, hours = p[1]+"h", 24
		case "w":
			one, hours = p[1]+"h", 7*24
		}
		d, err := time.ParseDuration(one)
		if err != nil || float64(total)+float64(d)*float64(hours) > math.MaxInt64 {
			return 0, false
		}
		total += d * hours
		rest = rest[len(p[0]):]
	}
	if negative {
		total = -total
	}
	return total, true
}
