package local

import (
	"fmt"
	"log/slog"
	"os"

	"untag/internal/audit"
)

// logs are where the function writes its log and its audit, which is nil for none.
type logs struct{ event, audit *slog.Logger }

// auditFile is the file of the audit; the zero value is none.
type auditFile struct{ file *os.File }

// openAudit opens the file to which the audit is added; the name "" means none.
func openAudit(name string) (auditFile, error) {
	if name == "" {
		return auditFile{}, nil
	}
	const onlyOwner = 0o600
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, onlyOwner)
	if err != nil {
		return auditFile{}, fmt.Errorf("--audit: %w", err)
	}
	return auditFile{file}, nil
}

// Close closes the file.
func (a auditFile) Close() {
	if a.file != nil {
		_ = a.file.Close() // each line was written as it came
	}
}

// log returns a logger that writes the audit as the function does in AWS.
func (a auditFile) log() *slog.Logger {
	if a.file == nil {
		return nil
	}
	return slog.New(slog.NewJSONHandler(a.file, &slog.HandlerOptions{ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
		if len(groups) == 0 && attr.Key == slog.MessageKey && attr.Value.String() == audit.Message {
			attr.Key = "message"
		}
		return attr
	}}))
}
