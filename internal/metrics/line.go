package metrics

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// line is one line of the log: metrics with the same value of a dimension, or without one.
// It is written by hand, because everything but two names is fixed.
type line struct {
	time             time.Time
	namespace        string
	dimension, value string
	metrics          []metric
}

// metric has a number or a list of numbers as JSON.
type metric struct{ name, numbers string }

func (l *line) add(name, numbers string) { l.metrics = append(l.metrics, metric{name, numbers}) }

func (l *line) addNumber(name string, n int) { l.add(name, strconv.Itoa(n)) }

// append appends the line to a text.
func (l *line) append(text []byte) []byte {
	text = append(text, `{"_aws":{"Timestamp":`...)
	text = strconv.AppendInt(text, l.time.UnixMilli(), 10)
	text = append(text, `,"CloudWatchMetrics":[{"Namespace":`+quoted(l.namespace)+`,"Dimensions":[[`...)
	if l.dimension != "" {
		text = append(text, quoted(l.dimension)...)
	}
	text = append(text, `]],"Metrics":[`...)
	for i, m := range l.metrics {
		if i > 0 {
			text = append(text, ',')
		}
		unit := "Count"
		if m.name == EventAge {
			unit = "Seconds"
		}
		text = append(text, `{"Name":"`+m.name+`","Unit":"`+unit+`"}`...)
	}
	text = append(text, `]}]}`...)
	if l.dimension != "" {
		text = append(text, `,"`+l.dimension+`":`+quoted(l.value)...)
	}
	for _, m := range l.metrics {
		text = append(text, `,"`+m.name+`":`+m.numbers...)
	}
	return append(text, "}\n"...)
}

func quoted(text string) string {
	q, _ := json.Marshal(text) // text always has a JSON form
	return string(q)
}

// join returns the key of a metric with a value of a dimension, "" for neither.
func join(dimension, value, metric string) string {
	return dimension + "\x00" + value + "\x00" + metric
}

// split returns the parts of a key. A value may hold anything.
func split(key string) (dimension, value, metric string) {
	dimension, rest, _ := strings.Cut(key, "\x00")
	last := strings.LastIndexByte(rest, 0)
	return dimension, rest[:last], rest[last+1:]
}
