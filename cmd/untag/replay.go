package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/spf13/cobra"

	"untag/internal/queue"
	"untag/internal/terminal"
	"untag/internal/userfile"
)

func newReplay() *cobra.Command {
	var url string
	c := &cobra.Command{
		Use: "replay FILE…", Short: "Send stored events to the queue again", Args: cobra.MinimumNArgs(1),
		Long: `Send stored events to the queue again: files that untag dlq show --output wrote, or
recorded batches from SQS. Removing a tag twice does no harm. The message stays in
the dead-letter queue; untag dlq redrive moves it.`,
		RunE: func(c *cobra.Command, args []string) error {
			if url == "" {
				return errors.New("name the queue to send to with --queue-url, or in QUEUE_URL: it is the output QueueUrl of the stack")
			}
			bodies, err := storedBodies(args)
			if err != nil {
				return err
			}
			client, err := newSQS(c.Context())
			if err != nil {
				return err
			}
			q := queue.New(queue.Config{Client: client, URL: url})
			for i, body := range bodies {
				if err := q.Resend(c.Context(), body); err != nil {
					return terminal.AnswerIsNo(fmt.Sprintf("%d of %d sent: %v", i, len(bodies), ofAWS(err)))
				}
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%d sent\n", len(bodies))
			return err
		},
	}
	c.Flags().StringVar(&url, "queue-url", os.Getenv("QUEUE_URL"), "the queue to send to (QUEUE_URL)")
	return c
}

// storedBodies reads every file before anything is sent.
func storedBodies(files []string) ([]string, error) {
	var bodies []string
	for _, file := range files {
		data, err := userfile.Read("event", "name files that untag dlq show --output wrote", file)
		if err != nil {
			return nil, err
		}
		found := []string{string(data)}
		var batch events.SQSEvent
		if json.Unmarshal(data, &batch) == nil && len(batch.Records) > 0 {
			found = nil
			for _, m := range batch.Records {
				found = append(found, m.Body)
			}
		}
		for _, body := range found {
			if _, err := queue.Decode(body); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
		}
		bodies = append(bodies, found...)
	}
	return bodies, nil
}
