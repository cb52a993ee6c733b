package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"untag/internal/local"
	"untag/internal/queue"
)

// deadFlags are those of `untag run --dead-letters`.
type deadFlags struct {
	letters, redrive bool
	dlq              dlqFlags
}

func (d *deadFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&d.letters, "dead-letters", false, "show the dead-letter queue of a deployment in the console, and deliver nothing")
	c.Flags().BoolVar(&d.redrive, "redrive", false, "with --dead-letters: let the console send chosen events to the queue again")
	d.dlq.addDeadLetterQueue(c.Flags(), "with --dead-letters: ")
	d.dlq.addQueue(c.Flags(), "with --redrive: ")
}

// alone returns an error if a flag was given that means something only with --dead-letters.
func (d *deadFlags) alone(c *cobra.Command) error {
	for _, name := range []string{"redrive", "dead-letter-queue-url", "queue-url", "max"} {
		if c.Flags().Changed(name) {
			return fmt.Errorf("--%s: it is for --dead-letters; add --dead-letters, or leave it out", name)
		}
	}
	return nil
}

// run shows the dead-letter queue.
func (d *deadFlags) run(c *cobra.Command, f local.Options) error {
	uses := []string{"dead-letters", "redrive", "dead-letter-queue-url", "queue-url", "max", "rules", "listen", "allow-host", "verbose"}
	var err error
	c.Flags().Visit(func(flag *pflag.Flag) {
		if err == nil && !slices.Contains(uses, flag.Name) {
			err = fmt.Errorf("--%s: with --dead-letters nothing is delivered, so it does nothing; leave it out", flag.Name)
		}
	})
	if err != nil {
		return err
	}
	o := local.DeadOptions{Listen: f.Listen, Hosts: f.Hosts, Rules: f.Rules, Verbose: f.Verbose, Most: d.dlq.max}
	if d.redrive {
		if err := d.dlq.checkQueue(); err != nil {
			return err
		}
		o.Redrive = d.dlq.queueURL
	}
	q, err := d.dlq.open(c.Context())
	if err != nil {
		return err
	}
	err = local.RunDead(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), q, o)
	if _, ok := errors.AsType[*queue.Error](err); ok {
		return ofAWS(err)
	}
	return err
}
