package auditlog

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"untag/internal/audit"
)

// Group is a log group of CloudWatch Logs.
type Group struct {
	Client *cloudwatchlogs.Client
	Name   string
}

// Read returns the lines of the audit in the group since a time.
func (g Group) Read(ctx context.Context, since time.Time) ([]audit.Line, error) {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(g.Client, &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &g.Name, StartTime: aws.Int64(since.UnixMilli()), FilterPattern: aws.String(`{ $.message = "` + audit.Message + `" }`),
	})
	var lines []audit.Line
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the log group %s: %w", g.Name, err)
		}
		for _, event := range page.Events {
			l, found, err := parse([]byte(aws.ToString(event.Message)))
			if err != nil {
				return nil, fmt.Errorf("log group %s: %w", g.Name, err)
			}
			if found {
				lines = append(lines, l)
			}
		}
	}
	return lines, nil
}

// maxPut is how many lines one call writes.
const maxPut = 1000

// Write adds lines to the group, in a stream of their own.
func (g Group) Write(ctx context.Context, stream string, lines []audit.Line) error {
	if len(lines) == 0 {
		return nil
	}
	if _, err := g.Client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &g.Name, LogStreamName: &stream}); err != nil {
		return fmt.Errorf("add a stream to the log group %s: %w", g.Name, err)
	}
	for first := 0; first < len(lines); first += maxPut {
		var events []types.InputLogEvent
		for _, l := range lines[first:min(first+maxPut, len(lines))] {
			text, err := json.Marshal(l)
			if err != nil {
				return err
			}
			events = append(events, types.InputLogEvent{Message: aws.String(string(text)), Timestamp: aws.Int64(l.Time.UnixMilli())})
		}
		if _, err := g.Client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &g.Name, LogStreamName: &stream, LogEvents: events}); err != nil {
			return fmt.Errorf("write to the log group %s: %w", g.Name, err)
		}
	}
	return nil
}
