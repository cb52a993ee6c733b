package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"untag/internal/audit"
	"untag/internal/auditlog"
	"untag/internal/local"
	"untag/internal/terminal"
	"untag/internal/undo"
)

type undoFlags struct {
	auditFlags
	dryRun, yes, sure bool
}

func newUndo() *cobra.Command {
	var f undoFlags
	c := &cobra.Command{
		Use:   "undo [FILE] --rule NAME --since WHEN",
		Short: "Put back the tags that a rule took off",
		Long: `Put back the tags that a rule took off, as the audit tells: only tags that this rule took
and that the records do not have now. It shows first what it would do, and asks.

` + auditSources + `
What was put back is added to the same file or log group, so that a second undo does
nothing more. Zoho's credential is the one of untag run --zoho: ZOHO_SECRET_ID, or
ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER.

Tags that another rule or event took off as well, or later, stay off. If records were not
read before the removal (see READ_BEFORE_REMOVE), it is not known whether they had the tag;
--sure leaves those out.

Exit codes: 0: done, or nothing to do; 1: not everything could be put back, or you said no;
2: wrong usage.`,
		Example: `  untag undo --rule deal-closed --since 2h --log-group /aws/lambda/untag-worker --dry-run
  untag undo --rule deal-closed --since 2h function.log`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runUndo(c, args, f) },
	}
	f.declare(c)
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "show what would be put back, and change nothing")
	c.Flags().BoolVar(&f.yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&f.sure, "sure", false, "only tags that the records are known to have had")
	return c
}

func runUndo(c *cobra.Command, args []string, f undoFlags) error {
	if f.filter.Rule == "" || f.since == "" {
		return errors.New("name the rule and the time, such as --rule deal-closed --since 2h")
	}
	lines, err := f.read(c, args)
	if err != nil {
		return err
	}
	recent := auditlog.Filter{Since: f.filter.Since}.Select(lines)
	items := undo.Plan(f.filter.Narrow(f.filter.Select(lines)), recent, f.filter.Rule, f.sure)
	crm, err := local.Client(c.Context(), os.Getenv)
	if err != nil {
		return err
	}
	items, gone, err := undo.Missing(c.Context(), crm, items)
	if err != nil {
		return err
	}
	out := c.OutOrStdout()
	if err := undo.Preview(out, items, gone); err != nil || len(items) == 0 || f.dryRun {
		return err
	}
	if !f.yes {
		if err := confirmed(c.InOrStdin(), out); err != nil {
			return err
		}
	}
	written, err := f.writer(c.Context(), args)
	if err != nil {
		return err
	}
	var report undo.Report
	putErr := undo.PutBack(c.Context(), crm, items, func(l audit.Line) error {
		report.Add(l)
		return written.line(l)
	})
	if err := written.end(); err != nil {
		return fmt.Errorf("tags were put back, but not all of it was added to the audit: %w", err)
	}
	if err := report.Print(out); err != nil {
		return err
	}
	if putErr != nil {
		return terminal.AnswerIsNo("not all tags were put back: " + putErr.Error())
	}
	if report.Failed > 0 {
		return terminal.AnswerIsNo("not all tags were put back")
	}
	return nil
}

// confirmed asks, and returns nil only for a yes.
func confirmed(in io.Reader, out io.Writer) error {
	if _, err := fmt.Fprint(out, "Put them back? [y/N] "); err != nil {
		return err
	}
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && answer == "" {
		return errors.New("nobody answered; use --yes if nobody can")
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return terminal.AnswerIsNo("nothing was changed")
}
