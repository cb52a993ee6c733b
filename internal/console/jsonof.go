package console

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// jsonOf returns a value as JSON on one line, with the characters as they are, and at most so
// many bytes of it: a condition may meet the whole of an event many times.
func jsonOf(value any, most int) (text string, cut bool) {
	w := jsonWriter{most: most}
	w.write(value)
	if text = w.out.String(); len(text) > most {
		return cutText(text, most), true
	}
	return text, false
}

// mostSorted is how many fields an object may have to be written: they have to be sorted.
const mostSorted = 1000

// jsonWriter writes JSON until it has more than most bytes.
type jsonWriter struct {
	out  strings.Builder
	most int
}

func (w *jsonWriter) full() bool { return w.out.Len() > w.most }

func (w *jsonWriter) write(value any) {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > mostSorted {
			fmt.Fprintf(&w.out, "{… %d fields}", len(value))
			return
		}
		w.out.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(value)) {
			if w.full() {
				return
			}
			w.comma(i)
			w.scalar(name)
			w.out.WriteString(": ")
			w.write(value[name])
		}
		w.out.WriteByte('}')
	case []any:
		w.out.WriteByte('[')
		for i, element := range value {
			if w.full() {
				return
			}
			w.comma(i)
			w.write(element)
		}
		w.out.WriteByte(']')
	default:
		w.scalar(value)
	}
}

func (w *jsonWriter) comma(i int) {
	if i > 0 {
		w.out.WriteString(", ")
	}
}

func (w *jsonWriter) scalar(value any) {
	switch v := value.(type) {
	case string:
		value = cutText(v, w.most+1)
	case time.Duration:
		value = v.String()
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // the template does
	if err := encoder.Encode(value); err != nil {
		text.WriteString(fmt.Sprint(value))
	}
	w.out.WriteString(strings.TrimSuffix(text.String(), "\n"))
}
