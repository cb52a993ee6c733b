package userfile

import (
	"errors"
	"fmt"

	"untag/internal/sandbox"
	"untag/internal/terminal"
)

// ReadRecords reads a file of records, none if its name is "". Its error lists every fault.
func ReadRecords(file string) (sandbox.Records, error) {
	if file == "" {
		return nil, nil
	}
	data, err := Read("records", "name another with --records", file)
	if err != nil {
		return nil, err
	}
	records, err := sandbox.ParseRecords(data)
	if err != nil {
		return nil, recordsFault(file, err)
	}
	return records, nil
}

// recordsFault puts file, line and column before each fault.
func recordsFault(file string, err error) error {
	lines := terminal.FaultLines{"the records cannot be used:"}
	for _, fault := range terminal.Parted(err) {
		place, message := file, fault.Error()
		if e, ok := errors.AsType[*sandbox.RecordsError](fault); ok {
			message = e.Message
			if e.Line > 0 {
				place = fmt.Sprintf("%s:%d:%d", file, e.Line, max(e.Column, 1))
			}
		}
		lines = append(lines, terminal.Clean(place+": "+message))
	}
	return lines
}

// RecordsFaults lists the faults of records that are part of another file. Their line
// numbers are left out: they do not count from the start of that file.
func RecordsFaults(err error) error {
	var lines terminal.FaultLines
	for _, fault := range terminal.Parted(err) {
		message := fault.Error()
		if e, ok := errors.AsType[*sandbox.RecordsError](fault); ok {
			message = e.Message
		}
		lines = append(lines, "records: "+terminal.Clean(message))
	}
	return lines
}
