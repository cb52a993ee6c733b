package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"untag/internal/rules"
	"untag/internal/zoho"
)

func newCheck() *cobra.Command {
	var f checkFlags
	c := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check a rules file: what is wrong, where, and what to do",
		Long: `Check a rules file (rules.yaml unless you name another) and list everything that is
wrong with it: where, what, and what to do. With --secrets, also check a file of
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

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print a JSON Schema of the rules file, for editors",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			schema, err := rules.Schema()
			if err != nil {
				return err
			}
			_, err = c.OutOrStdout().Write(schema)
			return err
		},
	}
}

type checkFlags struct {
	json, strict        bool
	secrets, apiVersion string
}

func check(w io.Writer, file string, f checkFlags) error {
	data, err := readFile("rules", "name another: untag check FILE", file)
	if err != nil {
		return err
	}
	if f.apiVersion != "" {
		if err := zoho.CheckVersion(f.apiVersion); err != nil {
			return fmt.Errorf("the API's version: %w", err)
		}
	}
	set, faults := rules.LoadFor(data, zoho.HasModule(f.apiVersion))
	var ofSecrets []secretFault
	if f.secrets != "" {
		webhooks, err := readWebhookSecrets(f.secrets)
		if err != nil {
			return err
		}
		if set != nil {
			ofSecrets = webhooks.faults(set)
		}
	}
	if f.json {
		err = printFaultsJSON(w, file, faults, f.secrets, ofSecrets)
	} else {
		err = printFaults(w, file, data, set, faults)
		if err == nil && f.secrets != "" && set != nil {
			err = printSecretFaults(w, f.secrets, ofSecrets)
		}
	}
	if err != nil {
		return err
	}
	refused := slices.ContainsFunc(ofSecrets, func(s secretFault) bool { return s.Severity == rules.SeverityError })
	if set == nil || refused || f.strict && len(faults)+len(ofSecrets) > 0 {
		return answerIsNo{}
	}
	return nil
}

func printFaultsJSON(w io.Writer, file string, faults []rules.Fault, secretsFile string, ofSecrets []secretFault) error {
	if faults == nil {
		faults = []rules.Fault{}
	}
	type checkedSecrets struct {
		File   string        `json:"file"`
		Faults []secretFault `json:"faults"`
	}
	var checked *checkedSecrets
	if secretsFile != "" {
		checked = &checkedSecrets{secretsFile, append([]secretFault{}, ofSecrets...)}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(struct {
		File    string          `json:"file"`
		Faults  []rules.Fault   `json:"faults"`
		Secrets *checkedSecrets `json:"secrets,omitempty"`
	}{file, faults, checked})
}

func printSecretFaults(w io.Writer, file string, faults []secretFault) error {
	var out strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&out, "%s: %s\n", clean(file), f)
	}
	if len(faults) == 0 {
		fmt.Fprintf(&out, "%s: nothing is wrong\n", clean(file))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func printFaults(w io.Writer, file string, data []byte, set *rules.Rules, faults []rules.Fault) error {
	lines := strings.Split(string(data), "\n")
	var out strings.Builder
	for _, f := range faults {
		message := clean(f.Message)
		if f.Severity == rules.SeverityWarning {
			message = "warning: " + message
		}
		fmt.Fprintf(&out, "%s:%d:%d: %s\n", clean(file), f.Line, f.Column, message)
		out.WriteString(excerpt(lines, f))
		if f.Hint != "" {
			fmt.Fprintf(&out, "    %s\n", clean(f.Hint))
		}
	}
	if set != nil && len(faults) == 0 {
		fmt.Fprintf(&out, "%s: nothing is wrong (rules: %d, sources: %d)\n", clean(file), len(set.Names()), len(set.Sources()))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// excerptWidth is how much of a line is shown around its fault.
const excerptWidth = 74

// excerpt returns the line of a fault with a caret below its column. A line with a secret
// is not shown.
func excerpt(lines []string, f rules.Fault) string {
	if f.Line < 1 || f.Line > len(lines) {
		return ""
	}
	if f.Masked {
		return "    (the line has a secret and is not shown)\n"
	}
	runes := []rune(strings.TrimRight(strings.ToValidUTF8(lines[f.Line-1], "\uFFFD"), "\r"))
	column := min(max(f.Column-1, 0), len(runes))
	start := 0
	if column > excerptWidth-10 {
		start = column - excerptWidth/2
	}
	end := min(len(runes), start+excerptWidth)
	shown := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unprintable(r):
			return utf8.RuneError // as wide as the character it replaces, so that the caret stays in place
		}
		return r
	}, string(runes[start:end]))
	return fmt.Sprintf("    %s\n    %s^\n", shown, strings.Repeat(" ", utf8.RuneCountInString(string(runes[start:column]))))
}
