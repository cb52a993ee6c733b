package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"untag/internal/findings"
	"untag/internal/rules"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/zoho"
)

func newCheck() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a rules file: what is wrong, where, and what to do",
		Long: `Check a rules file (rules.yaml unless you name another) and list everything that is
wrong with it: where, what, and what to do. It also notes each source whose proof covers
only the sender, and not the body. With --secrets, also check a file of
webhook secrets; no secret is shown. Not every version of Zoho's API has every module:
name yours with --api-version or ZOHO_API_VERSION.

Exit codes: 0: nothing is wrong; 1: something is, or with --strict there is a
warning; 2: wrong usage or an unreadable file.`,
		Example: `  untag check
  untag check rules.yaml --secrets my-webhook-secrets.json --strict`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file := "rules.yaml"
			if len(args) > 0 {
				file = args[0]
			}
			return check(c.OutOrStdout(), file, f)
		},
	}
	c.Flags().StringVar(&f.apiVersion, "api-version", os.Getenv("ZOHO_API_VERSION"), "version of Zoho's API that the rules are for, v2 to v8; v2 by default (ZOHO_API_VERSION)")
	c.Flags().BoolVar(&f.json, "json", false, "print the findings as one line of JSON")
	c.Flags().BoolVar(&f.strict, "strict", false, "exit with 1 if there are warnings, too")
	c.Flags().StringVar(&f.secrets, "secrets", "", `JSON file of webhook secrets to check as well, such as {"zoho": "…", "github": ["…"]}`)
	return c
}

type checkFlags struct {
	json, strict        bool
	secrets, apiVersion string
}

func check(w io.Writer, file string, f checkFlags) error {
	data, err := userfile.Read("rules", "name another: untag check FILE", file)
	if err != nil {
		return err
	}
	if f.apiVersion != "" {
		if err := zoho.CheckVersion(f.apiVersion); err != nil {
			return fmt.Errorf("the API's version: %w", err)
		}
	}
	set, faults := rules.LoadFor(data, zoho.HasModule(f.apiVersion))
	var ofSecrets []userfile.SecretFault
	if f.secrets != "" {
		webhooks, err := userfile.ReadSecrets(f.secrets)
		if err != nil {
			return err
		}
		if set != nil {
			ofSecrets = webhooks.Faults(set)
		}
	}
	if f.json {
		err = findings.PrintJSON(w, file, set, faults, f.secrets, ofSecrets)
	} else {
		err = findings.Print(w, file, data, set, faults)
		if err == nil && f.secrets != "" && set != nil {
			err = findings.PrintSecrets(w, f.secrets, ofSecrets)
		}
	}
	if err != nil {
		return err
	}
	refused := slices.ContainsFunc(ofSecrets, func(s userfile.SecretFault) bool { return s.Severity == rules.SeverityError })
	if set == nil || refused || f.strict && len(faults)+len(ofSecrets) > 0 {
		return terminal.AnswerIsNo("")
	}
	return nil
}
