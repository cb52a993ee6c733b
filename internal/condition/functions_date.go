package condition

import "time"

// dateFunctions are the functions of dates and durations. All dates are in UTC, so that a
// decision does not depend on where untag runs.
var dateFunctions = [...]function{
	{name: "now", section: Dates, gives: isDate, run: now,
		about: "the time at which the event was received", example: `now() - duration("1h") < now()`, result: `true`},
	{name: "date", section: Dates, takes: []kinds{isText, isText}, least: 1, gives: isDate, cost: readCost, run: date, literal: dateLiteral,
		about: "the date in a string, in a form listed below or with a layout such as `dd.MM.yyyy`", example: `date("2026-03-01") < date("02.03.2026", "dd.MM.yyyy")`, result: `true`},
	{name: "duration", section: Dates, takes: []kinds{isText}, least: 1, gives: isSpan, cost: readCost, run: duration,
		about: "a length of time, in `w`, `d`, `h`, `m`, `s` or `ms`", example: `duration("1d12h") > duration("30h")`, result: `true`},
	{name: "year", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(time.Time.Year),
		about: "the year of a date; also written `date(…).Year()`, as for the functions below", example: `year(date("2026-03-01"))`, result: `2026`},
	{name: "month", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(func(t time.Time) int { return int(t.Month()) }),
		about: "the month of a date, from 1 to 12", example: `month(date("2026-03-01"))`, result: `3`},
	{name: "day", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(time.Time.Day),
		about: "the day of the month, from 1 to 31", example: `date("2026-03-01").Day()`, result: `1`},
	{name: "yearDay", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(time.Time.YearDay),
		about: "the day of the year, from 1 to 366", example: `yearDay(date("2026-02-01"))`, result: `32`},
	{name: "weekday", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(func(t time.Time) int { return int(t.Weekday()) }),
		about: "the day of the week, from 0 (Sunday) to 6 (Saturday)", example: `weekday(date("2026-03-01")) in [0, 6]`, result: `true`},
	{name: "hour", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(time.Time.Hour),
		about: "the hour in UTC, from 0 to 23", example: `hour(date("2026-03-01T12:30:00+02:00"))`, result: `10`},
	{name: "minute", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(time.Time.Minute),
		about: "the minute, from 0 to 59", example: `minute(date("2026-03-01T12:30:00Z"))`, result: `30`},
	{name: "second", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(time.Time.Second),
		about: "the second, from 0 to 59", example: `second(date("2026-03-01T12:30:15Z"))`, result: `15`},
	{name: "unix", section: Dates, takes: []kinds{isDate}, least: 1, gives: isWhole, run: ofDate(func(t time.Time) int { return int(t.Unix()) }),
		about: "the seconds from 1970 to a date, to compare with a number in the event", example: `unix(date("1970-01-02"))`, result: `86400`},
}

func now(r *Run, _ *node, _ []any) any { return r.scope.Now.UTC() }

func ofDate(part func(time.Time) int) func(*Run, *node, []any) any {
	return func(_ *Run, _ *node, args []any) any { return part(args[0].(time.Time)) }
}

func date(r *Run, n *node, args []any) any {
	s := args[0].(string)
	if len(args) == 1 {
		t, ok := readDate(s)
		if !ok {
			return r.wrong(n, "date: the string is not a date in a form that docs/rules.md lists").advise(`write its layout as the second argument, such as "dd.MM.yyyy"`)
		}
		return t
	}
	form, ok := args[1].(layout)
	if !ok {
		var fault string
		if form, fault = newLayout(args[1].(string)); fault != "" {
			return r.wrong(n, "%s", fault)
		}
	}
	t, err := time.Parse(string(form), s)
	if err != nil {
		return r.wrong(n, "date: the string does not match the layout")
	}
	return t.UTC()
}

// dateLiteral checks a layout that is written in the rule.
func dateLiteral(i int, v any) (any, string) {
	text, ok := v.(string)
	if i != 1 || !ok {
		return v, ""
	}
	form, fault := newLayout(text)
	return form, fault
}

func duration(r *Run, n *node, args []any) any {
	d, ok := readDuration(args[0].(string))
	if !ok {
		return r.wrong(n, "duration: the string is not a duration").advise(`write it as in "2w" (two weeks), "30d" or "1h30m"`)
	}
	return d
}
