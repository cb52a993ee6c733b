package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"untag/internal/deadletter"
	"untag/internal/doctor"
	"untag/internal/queue"
	"untag/internal/sqs"
	"untag/internal/terminal"
)

// most is how many dead letters are read unless --max says otherwise.
const most = 1000

// maxInFlight is how many messages of a queue SQS hands out before some are returned.
const maxInFlight = 120_000

type dlqFlags struct {
	queueURL, deadLetterURL string
	max                     int
	json                    bool
}

// addDeadLetterQueue adds the flags of what is read; when says when they can be used.
func (f *dlqFlags) addDeadLetterQueue(flags *pflag.FlagSet, when string) {
	flags.StringVar(&f.deadLetterURL, "dead-letter-queue-url", os.Getenv("DEAD_LETTER_QUEUE_URL"), when+"the dead-letter queue (DEAD_LETTER_QUEUE_URL)")
	flags.IntVar(&f.max, "max", most, when+"read at most this many messages")
}

// addQueue adds the flag of the queue to which messages are sent again.
func (f *dlqFlags) addQueue(flags *pflag.FlagSet, when string) {
	flags.StringVar(&f.queueURL, "queue-url", os.Getenv("QUEUE_URL"), when+"the queue to send to (QUEUE_URL)")
}

// checkQueue returns an error if messages cannot be sent to the queue again.
func (f *dlqFlags) checkQueue() error {
	switch f.queueURL {
	case "":
		return errors.New("name the queue to send to with --queue-url, or in QUEUE_URL: it is the output QueueUrl of the stack")
	case f.deadLetterURL:
		// The messages would come back without their reasons.
		return errors.New("--queue-url is the dead-letter queue itself")
	}
	return nil
}

func newDLQ() *cobra.Command {
	var f dlqFlags
	c := &cobra.Command{
		Use:   "dlq",
		Short: "List the events that could not be processed, and send them again",
		Long: `Events that untag could not process are kept in a queue of their own, the dead-letter
queue, with the reason. List them, show one, or send them to the main queue again
once the cause is gone. The AWS region and credentials are those of the AWS CLI.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f.addDeadLetterQueue(c.PersistentFlags(), "")
	c.AddCommand(newDLQList(&f), newDLQShow(&f), newDLQRedrive(&f))
	return c
}

func newDLQList(f *dlqFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: "List the events, why each failed, and how long ago", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := f.list(c.Context())
			if err != nil {
				return err
			}
			if f.json {
				return deadletter.PrintJSON(c.OutOrStdout(), list)
			}
			return deadletter.Print(c.OutOrStdout(), list)
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "print each message as a line of JSON")
	return c
}

func newDLQShow(f *dlqFlags) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use: "show ID", Short: "Show one message, by its id or its event's id", Args: cobra.ExactArgs(1),
		Long: `Show one message. The event's own content is not printed; --output writes it to a
file, for untag explain and untag replay.`,
		RunE: func(c *cobra.Command, args []string) error {
			list, err := f.list(c.Context())
			if err != nil {
				return err
			}
			one, found := deadletter.Find(list, args[0])
			if !found {
				return terminal.AnswerIsNo(fmt.Sprintf("there is no message %s among the %d that were read; use --max to read more", args[0], len(list)))
			}
			deadletter.PrintOne(c.OutOrStdout(), one)
			if output == "" {
				return nil
			}
			if err := os.WriteFile(output, []byte(one.Body), 0o600); err != nil {
				return fmt.Errorf("write the event: %w", err)
			}
			return nil
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "", "write the stored event to this file")
	return c
}

func newDLQRedrive(f *dlqFlags) *cobra.Command {
	var rule string
	var all bool
	c := &cobra.Command{
		Use: "redrive (--all | --rule NAME)", Short: "Move messages back to the queue", Args: cobra.NoArgs,
		Long: `Redrive messages: send each one to the queue again, and delete it from the
dead-letter queue once it has arrived. First fix the cause of the failures; untag
dlq list shows the reasons.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if all == (rule != "") {
				return errors.New("redrive takes either --all or --rule NAME")
			}
			if err := f.checkQueue(); err != nil {
				return err
			}
			d, err := f.open(c.Context())
			if err != nil {
				return err
			}
			sent, err := d.Redrive(c.Context(), f.queueURL, f.max, func(one queue.Dead) bool { return all || one.Reason.Rule == rule })
			fmt.Fprintf(c.OutOrStdout(), "%d sent again\n", sent)
			if err != nil {
				return ofAWS(err)
			}
			return nil
		},
	}
	f.addQueue(c.Flags(), "")
	c.Flags().StringVar(&rule, "rule", "", "only messages that failed for this rule")
	c.Flags().BoolVar(&all, "all", false, "every message, up to --max")
	return c
}

func (f *dlqFlags) list(ctx context.Context) ([]queue.Dead, error) {
	d, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	list, err := d.List(ctx, f.max)
	if err != nil {
		return nil, ofAWS(err)
	}
	return list, nil
}

func (f *dlqFlags) open(ctx context.Context) (*queue.DeadLetters, error) {
	if f.max < 1 || f.max > maxInFlight {
		return nil, fmt.Errorf("--max %d: choose from 1 to %d, the most messages that SQS hands out", f.max, maxInFlight)
	}
	if f.deadLetterURL == "" {
		return nil, errors.New("name the dead-letter queue with --dead-letter-queue-url, or in DEAD_LETTER_QUEUE_URL: it is the output DeadLetterQueueUrl of the stack")
	}
	client, err := newSQS(ctx)
	if err != nil {
		return nil, err
	}
	return queue.NewDeadLetters(client, f.deadLetterURL), nil
}

// newSQS returns a client with the region, credentials and endpoint that the AWS CLI uses.
func newSQS(ctx context.Context) (*sqs.Client, error) {
	// The SDK's own warnings would bypass the screen; its errors say what matters.
	c, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	endpoint, err := sqsEndpoint(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("find SQS: %w", err)
	}
	return sqs.New(sqs.Config{AWS: c, Endpoint: endpoint}), nil
}

// sqsEndpoint returns the address that the AWS CLI's settings choose for SQS: an address of
// your own, or one for FIPS or IPv6; nil for SQS's usual one.
func sqsEndpoint(ctx context.Context, c aws.Config) (*string, error) {
	o := awssqs.NewFromConfig(c).Options()
	fips := o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled
	dual := o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled
	if o.BaseEndpoint != nil || !fips && !dual {
		return o.BaseEndpoint, nil
	}
	at, err := o.EndpointResolverV2.ResolveEndpoint(ctx, awssqs.EndpointParameters{Region: &c.Region, UseFIPS: &fips, UseDualStack: &dual})
	return new(at.URI.String()), err
}

// ofAWS returns the error of a failed call to AWS, which is not wrong usage.
func ofAWS(err error) error {
	found, do := doctor.Problem(err, "", "")
	if _, answered := errors.AsType[smithy.APIError](err); answered {
		found = err.Error()
	}
	if do != "" {
		found += "; " + do
	}
	return terminal.AnswerIsNo(found)
}
