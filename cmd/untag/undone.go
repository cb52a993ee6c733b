package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"untag/internal/audit"
	"untag/internal/auditlog"
)

// undone writes the audit of an undo to where the audit was read from.
type undone struct {
	line func(audit.Line) error
	end  func() error
}

// writer opens the audit for what is put back, so that nothing is put back that cannot be noted.
func (f undoFlags) writer(ctx context.Context, args []string) (undone, error) {
	switch {
	case len(args) == 1 && args[0] == "-":
		return undone{func(l audit.Line) error { return json.NewEncoder(os.Stderr).Encode(l) }, func() error { return nil }}, nil
	case len(args) == 1:
		file, err := appendTo(args[0])
		if err != nil {
			return undone{}, fmt.Errorf("the audit of the undo goes to the same file: %w", err)
		}
		return undone{func(l audit.Line) error { return json.NewEncoder(file).Encode(l) }, file.Close}, nil
	}
	groups, err := f.logGroups(ctx)
	if err != nil {
		return undone{}, err
	}
	stream := "untag-undo/" + time.Now().UTC().Format("2006-01-02T15-04-05.000Z")
	if err := groups[0].Open(ctx, stream); err != nil {
		return undone{}, fmt.Errorf("the audit of the undo goes to the same log group, and nothing was put back: %w", err)
	}
	var lines []audit.Line
	end := func() error {
		some := lines
		lines = nil
		// Also if the command was interrupted: what was done must be known.
		return groups[0].Write(context.WithoutCancel(ctx), stream, some)
	}
	return undone{func(l audit.Line) error {
		if lines = append(lines, l); len(lines) < auditlog.MaxPut {
			return nil
		}
		return end()
	}, end}, nil
}

// appendTo opens a file to add lines. A last line without an end is ended first: what is added
// must not become a part of it.
func appendTo(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_APPEND|os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	last := make([]byte, 1)
	size, err := file.Seek(0, io.SeekEnd)
	if err == nil && size > 0 {
		if _, err = file.ReadAt(last, size-1); err == nil && last[0] != '\n' {
			_, err = file.WriteString("\n")
		}
	}
	if err != nil {
		_ = file.Close() // nothing was written that matters
		return nil, err
	}
	return file, nil
}
