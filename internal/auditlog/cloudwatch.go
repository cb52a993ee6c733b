package auditlog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
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

// Open adds a stream to the group, to which Write adds lines. What cannot be noted must not be
// done, so open it before there is anything to write.
func (g Group) Open(ctx context.Context, stream string) error {
	if _, err := g.Client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &g.Name, LogStreamName: &stream}); err != nil {
		return fmt.Errorf("add a stream to the log group %s: %w", g.Name, err)
	}
	return nil
}

// MaxPut is how many lines one Write takes: with the longest names they are within the size that
// one call may have.
const MaxPut = 100

// Write adds lines to a stream of the group: at most MaxPut, in the order of their time.
func (g Group) Write(ctx context.Context, stream string, lines []audit.Line) error {
	if len(lines) == 0 {
		return nil
	}
	events := make([]types.InputLogEvent, len(lines))
	for i, l := range lines {
		text, err := json.Marshal(l)
		if err != nil {
			return err
		}
		events[i] = types.InputLogEvent{Message: aws.String(string(text)), Timestamp: aws.Int64(l.Time.UnixMilli())}
	}
	slices.SortStableFunc(events, func(a, b types.InputLogEvent) int { return cmp.Compare(*a.Timestamp, *b.Timestamp) })
	put, err := g.Client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &g.Name, LogStreamName: &stream, LogEvents: events})
	if err != nil {
		return fmt.Errorf("write to the log group %s: %w", g.Name, err)
	}
	if put.RejectedLogEventsInfo != nil {
		return fmt.Errorf("write to the log group %s: it refused lines because of their time; check the clock of this machine", g.Name)
	}
	return nil
}
