package explain

import (
	"context"
	"fmt"
	"io"

	"untag/functions/removetags/handler"
)

// Show explains every event of the recorded requests, and every handshake, as text or as a
// line of JSON each. It reads all of them before it prints anything.
func (x Examiner) Show(ctx context.Context, w io.Writer, r *Reader, recorded []handler.Recorded, asJSON bool) error {
	var readings []Reading
	total := 0
	for _, one := range recorded {
		reading, err := r.Read(ctx, one)
		if err != nil {
			return err
		}
		readings = append(readings, reading)
		total += len(reading.Events)
	}
	number := 0
	for i, reading := range readings {
		if i > 0 && !asJSON {
			fmt.Fprintln(w)
		}
		if len(reading.Events) == 0 {
			if err := newWithoutEvents(reading).show(w, asJSON); err != nil {
				return err
			}
		}
		for j, ev := range reading.Events {
			examined, err := x.Examine(ctx, ev)
			if err != nil {
				return err
			}
			explained := New(examined, x.Set.Explain(ev), reading.Verified, x.CRM)
			if number++; total > 1 {
				explained.Number, explained.Of = number, total
			}
			if _, known := x.Set.Source(ev.Source); !known { // stored when the rules still had it
				explained.Notes = append(explained.Notes, "the rules have no such source: the event would go to the dead-letter queue ("+handler.CodeUnknownSource+")")
			}
			if j > 0 && !asJSON {
				fmt.Fprintln(w)
			}
			if err := explained.show(w, asJSON); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e Explained) show(w io.Writer, asJSON bool) error {
	if asJSON {
		return e.PrintJSON(w)
	}
	return e.Print(w)
}
