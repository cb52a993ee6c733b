package audit

import (
	"log/slog"
	"time"
)

// Message is the message of every line of the audit.
const Message = "audit"

// These are the modes of a line.
const (
	ModeRemove  = "remove"  // the tags were removed, or Zoho was asked to
	ModeObserve = "observe" // they would have been removed
	ModeUndo    = "undo"    // they were put back
)

// Line is what happened to the tags of one record because of one rule.
type Line struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
	Mode    string    `json:"mode"`
	EventID string    `json:"event_id"`
	// DeliveryID is the sender's identifier, "" if it sent none.
	DeliveryID string `json:"delivery_id,omitempty"`
	Source     string `json:"source"`
	Rule       string `json:"rule"`
	Module     string `json:"module"`
	RecordID   string `json:"record_id"`
	// Asked are the tags that the rule named, or that were to be put back.
	Asked []string `json:"asked"`
	// Removed are those that are off now, and Added those that are back.
	Removed []string `json:"removed"`
	Added   []string `json:"added,omitempty"`
	// Seen says that the record was read just before, and had the tags. If it is false, the
	// record may not have had all of them: removing a tag that it lacks succeeds, too.
	Seen bool `json:"seen"`
	// Answer is the code of Zoho's answer, such as SUCCESS; "" if Zoho was not asked.
	Answer string `json:"answer"`
	// Rules is the version of the rules, Rules.Version.
	Rules string `json:"rules"`
}

// Attrs returns the line as attributes of a log record, which has its time and message.
func (l Line) Attrs() []slog.Attr {
	attrs := []slog.Attr{
		slog.String("mode", l.Mode), slog.String("event_id", l.EventID), slog.String("source", l.Source), slog.String("rule", l.Rule),
		slog.String("module", l.Module), slog.String("record_id", l.RecordID), slog.Any("asked", list(l.Asked)), slog.Any("removed", list(l.Removed)),
		slog.Bool("seen", l.Seen), slog.String("answer", l.Answer), slog.String("rules", l.Rules),
	}
	if l.DeliveryID != "" {
		attrs = append(attrs, slog.String("delivery_id", l.DeliveryID))
	}
	if len(l.Added) > 0 {
		attrs = append(attrs, slog.Any("added", l.Added))
	}
	return attrs
}

func list(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}
