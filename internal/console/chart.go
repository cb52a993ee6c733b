package console

import (
	"fmt"
	"time"
)

const (
	// chartMinutes is how many minutes the chart shows.
	chartMinutes = 30
	// barWidth, barGap and chartHeight are in units of the drawing.
	barWidth, barGap, chartHeight = 10, 2, 60
)

// chart is the number of events in each minute, by outcome.
type chart struct {
	Bars          []bar
	Width, Height int
	Total, Most   int
	Counts        []count
	// From and To are the first and the last minute.
	From, To time.Time
}

// bar is a rectangle of the drawing.
type bar struct {
	X, Y, Width, Height int
	Outcome             string
	// Title says what it counts.
	Title string
}

// count is how often there was an outcome.
type count struct {
	Outcome string
	Number  int
}

// newChart counts the entries of the last minutes.
func newChart(entries []*Entry, now time.Time) chart {
	last := now.Truncate(time.Minute)
	first := last.Add(-(chartMinutes - 1) * time.Minute)
	c := chart{Width: chartMinutes * (barWidth + barGap), Height: chartHeight, From: first, To: last}
	var minutes [chartMinutes]map[string]int
	totals := map[string]int{}
	for _, e := range entries {
		i := int(e.At.Sub(first) / time.Minute)
		if e.At.Before(first) || i >= chartMinutes {
			continue
		}
		if minutes[i] == nil {
			minutes[i] = map[string]int{}
		}
		minutes[i][e.Outcome]++
		totals[e.Outcome]++
		c.Total++
		sum := 0
		for _, n := range minutes[i] {
			sum += n
		}
		c.Most = max(c.Most, sum)
	}
	for i, byOutcome := range minutes {
		y := chartHeight
		for _, outcome := range Outcomes() {
			n := byOutcome[outcome]
			if n == 0 {
				continue
			}
			height := max(2, n*chartHeight/c.Most)
			y -= height
			c.Bars = append(c.Bars, bar{
				X: i * (barWidth + barGap), Y: max(y, 0), Width: barWidth, Height: height, Outcome: outcome,
				Title: fmt.Sprintf("%s: %d %s", first.Add(time.Duration(i)*time.Minute).Format("15:04"), n, outcome),
			})
		}
	}
	for _, outcome := range Outcomes() {
		if n := totals[outcome]; n > 0 {
			c.Counts = append(c.Counts, count{outcome, n})
		}
	}
	return c
}
