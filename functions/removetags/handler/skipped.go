package handler

import "untag/internal/pipeline"

// maxSkippedLines is how many reasons one line of the log lists.
const maxSkippedLines = 100

// skippedLine is why a rule removed nothing from some records.
type skippedLine struct {
	Rule    string `json:"rule"`
	Module  string `json:"module"`
	Reason  string `json:"reason"`
	Records int    `json:"records"`
}

// skippedLog counts the records that a rule skipped for the same reason. Reasons name
// fields, and never their values.
func skippedLog(skipped []pipeline.Skipped) []skippedLine {
	var lines []skippedLine
	places := make(map[skippedLine]int)
	for _, s := range skipped {
		line := skippedLine{Rule: s.Rule, Module: s.Module, Reason: s.Reason}
		i, seen := places[line]
		if !seen {
			if len(lines) == maxSkippedLines {
				continue
			}
			i = len(lines)
			places[line] = i
			lines = append(lines, line)
		}
		lines[i].Records++
	}
	return lines
}
