package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go/logging"
	"github.com/spf13/cobra"

	"untag/internal/audit"
	"untag/internal/auditlog"
	"untag/internal/awsenv"
	"untag/internal/userfile"
)

// auditFlags say where the audit is, and which of it counts.
type auditFlags struct {
	filter auditlog.Filter
	since  string
	groups []string
	json   bool
}

const auditSources = `The audit is read from a FILE (- for standard input) with the function's log, or from the
log groups that --log-group names in CloudWatch Logs (AUDIT_LOG_GROUPS, with commas
between them). The AWS region and credentials are those of the AWS CLI.`

func newAudit() *cobra.Command {
	var f auditFlags
	c := &cobra.Command{
		Use:   "audit [FILE]",
		Short: "Show which tags came off which records: by which rule, when, and why",
		Long: `Show which tags came off which records: by which rule, when, and because of which event.

` + auditSources + `

"removed (if it was there)" means that the record was not read first: Zoho confirms the
removal of a tag that the record never had as well. READ_BEFORE_REMOVE makes it certain.`,
		Example: `  untag audit --log-group /aws/lambda/untag-worker --since 2h
  untag audit --record 5725767000000524157 function.log
  untag audit --rule deal-closed --since 3d --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			lines, err := f.read(c, args)
			if err != nil {
				return err
			}
			lines = f.filter.Select(lines)
			if f.json {
				return auditlog.PrintJSON(c.OutOrStdout(), lines)
			}
			return auditlog.Print(c.OutOrStdout(), lines)
		},
	}
	f.declare(c)
	c.Flags().BoolVar(&f.json, "json", false, "print each line as a line of JSON")
	c.Flags().StringVar(&f.filter.Event, "event", "", "only what happened because of this event: its id, or the sender's")
	return c
}

func (f *auditFlags) declare(c *cobra.Command) {
	c.Flags().StringVar(&f.filter.Rule, "rule", "", "only this rule")
	c.Flags().StringVar(&f.filter.Record, "record", "", "only the record with this id")
	c.Flags().StringVar(&f.filter.Module, "module", "", "only records of this module, such as Deals")
	c.Flags().StringVar(&f.filter.Source, "source", "", "only events of this source")
	c.Flags().StringVar(&f.filter.Tag, "tag", "", "only this tag")
	c.Flags().StringVar(&f.since, "since", "", "only since then: a duration such as 30m, 2h or 3d, or a time such as 2026-11-25T12:00:00Z")
	var standard []string
	if names := os.Getenv("AUDIT_LOG_GROUPS"); names != "" {
		standard = strings.Split(names, ",")
	}
	c.Flags().StringSliceVar(&f.groups, "log-group", standard, "log group of CloudWatch Logs; may be repeated (AUDIT_LOG_GROUPS)")
}

// read returns all lines since the time that the flags name.
func (f *auditFlags) read(c *cobra.Command, args []string) ([]audit.Line, error) {
	if f.since != "" {
		at, err := auditlog.Since(f.since, time.Now())
		if err != nil {
			return nil, err
		}
		f.filter.Since = at
	}
	if len(args) == 1 {
		data, err := userfile.ReadOrStdin(c.InOrStdin(), "audit", "name another: untag "+c.Name()+" FILE", args[0])
		if err != nil {
			return nil, err
		}
		lines, err := auditlog.Read(strings.NewReader(string(data)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", args[0], err)
		}
		return lines, nil
	}
	groups, err := f.logGroups(c.Context())
	if err != nil {
		return nil, err
	}
	since := f.filter.Since
	if since.IsZero() {
		return nil, errors.New("name how far back to look with --since, such as --since 2h: a log group may hold years")
	}
	var lines []audit.Line
	for _, g := range groups {
		some, err := g.Read(c.Context(), since)
		if err != nil {
			return nil, err
		}
		lines = append(lines, some...)
	}
	return lines, nil
}

// logGroups returns the log groups that the flags name, at least one.
func (f *auditFlags) logGroups(ctx context.Context) ([]auditlog.Group, error) {
	if len(f.groups) == 0 {
		return nil, errors.New("name a FILE with the function's log, or its log group with --log-group; the stack's outputs have the name")
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	client := cloudwatchlogs.NewFromConfig(c, func(o *cloudwatchlogs.Options) { o.BaseEndpoint = awsenv.Endpoint(os.Getenv, "CLOUDWATCH_LOGS") })
	groups := make([]auditlog.Group, len(f.groups))
	for i, name := range f.groups {
		groups[i] = auditlog.Group{Client: client, Name: strings.TrimSpace(name)}
	}
	return groups, nil
}
