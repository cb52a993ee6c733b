package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"untag/internal/auth"
	"untag/internal/scopes"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/zohoauth"
)

type authFlags struct {
	dataCenter, environment, clientID string
	secretFile, codeFile              string
	rules, secretID, out              string
}

func newAuth() *cobra.Command {
	var f authFlags
	c := &cobra.Command{
		Use: "auth", Short: "Get a credential for Zoho CRM, and store it", Args: cobra.NoArgs,
		Long: `Get a credential for Zoho CRM from the grant code of a self client, check that its scopes
are those that the rules need, and store it in AWS Secrets Manager (--secret-id) or in a
file (--out; - is standard output).

At a terminal, auth asks for what the flags do not say, and again if an answer cannot be
used. It shows neither the client secret nor the code. Otherwise it reads both from standard
input: the client secret on the first line, the code on the second; or from files. No flag
takes a secret, because other users of a computer can see its command lines.

Zoho accepts a code once, and only for the minutes that you chose. If auth fails after Zoho
has seen the code, generate another.

Exit codes: 0: stored; 1: Zoho refused, a scope is missing, or it could not be stored; 2:
wrong usage or an unreadable file.`,
		Example: `  untag auth --secret-id untag-zoho
  untag auth --data-center eu --out zoho.json
  printf '%s\n%s\n' "$SECRET" "$CODE" | untag auth --data-center eu --client-id 1000.ABC --secret-id untag-zoho`,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	c.Flags().StringVar(&f.dataCenter, "data-center", os.Getenv("ZOHO_DATA_CENTER"), "data center of the Zoho account: us, eu, in … (ZOHO_DATA_CENTER)")
	c.Flags().StringVar(&f.environment, "environment", os.Getenv("ZOHO_ENVIRONMENT"), "production, sandbox or developer; production by default (ZOHO_ENVIRONMENT)")
	c.Flags().StringVar(&f.clientID, "client-id", os.Getenv("ZOHO_CLIENT_ID"), "client id of the self client (ZOHO_CLIENT_ID)")
	c.Flags().StringVar(&f.secretFile, "client-secret-file", "", "file with the client secret")
	c.Flags().StringVar(&f.codeFile, "code-file", "", "file with the grant code")
	c.Flags().StringVar(&f.rules, "rules", "rules.yaml", "rules file that says which scopes are needed")
	c.Flags().StringVar(&f.secretID, "secret-id", "", "secret of AWS Secrets Manager to store the credential in: its name or ARN")
	c.Flags().StringVar(&f.out, "out", "", "file to write the credential to, instead; - is standard output")
	return c
}

func (f *authFlags) run(c *cobra.Command) error {
	ctx, say := c.Context(), c.ErrOrStderr()
	needs, err := f.needs(c)
	if err != nil {
		return err
	}
	store, err := f.store(ctx, c)
	if err != nil {
		return err
	}
	in := auth.Input{Credentials: zohoauth.Credentials{DataCenter: f.dataCenter, Environment: strings.ToLower(f.environment), ClientID: f.clientID}}
	for file, into := range map[string]*string{f.secretFile: &in.Credentials.ClientSecret, f.codeFile: &in.Code} {
		if file == "" {
			continue
		}
		text, err := userfile.Read("secret", "name another", file)
		if err != nil {
			return err
		}
		*into = strings.TrimSpace(string(text))
	}
	asked := scopes.Text(append(needs, scopes.OfDoctor()...))
	if err := auth.Complete(ctx, c.InOrStdin(), say, &in, asked); err != nil {
		return err
	}
	credentials, granted, err := auth.Exchange(ctx, in, os.Getenv("ZOHO_ACCOUNTS_URL"))
	if err != nil {
		return err
	}
	notes, err := auth.Check(needs, granted)
	for _, note := range notes {
		fmt.Fprintln(say, "note:", note)
	}
	if lacking, ok := errors.AsType[*auth.Lacking](err); ok {
		for _, line := range lacking.Lines {
			fmt.Fprintln(say, line)
		}
		return terminal.AnswerIsNo("")
	}
	text, err := auth.Form(credentials)
	if err != nil {
		return fmt.Errorf("write the credential: %w", err)
	}
	where, err := store(text)
	if err != nil {
		return err
	}
	fmt.Fprintln(say, where)
	return nil
}

// needs returns the scopes that the rules need. Without a rules file, unless one was named,
// they are not known.
func (f *authFlags) needs(c *cobra.Command) ([]scopes.Need, error) {
	if _, err := os.Stat(f.rules); err != nil && userfile.Absent(err) && !c.Flags().Changed("rules") {
		fmt.Fprintf(c.ErrOrStderr(), "note: there is no %s here, so the scopes are not checked; name it with --rules\n", f.rules)
		return nil, nil
	}
	set, err := userfile.ReadRules(f.rules)
	if err != nil {
		return nil, err
	}
	return scopes.Of(set), nil
}

// store returns what stores the credential and says where. It fails now, before the code is
// used up, if that cannot work.
func (f *authFlags) store(ctx context.Context, c *cobra.Command) (func([]byte) (string, error), error) {
	switch {
	case f.secretID != "" && f.out != "":
		return nil, errors.New("--secret-id and --out are two places for the credential; name one of them")
	case f.secretID != "":
		return storeSecret(ctx, f.secretID)
	case f.out != "" && f.out != userfile.Stdin:
		return storeFile(f.out)
	case f.out == "" && term.IsTerminal(int(os.Stdout.Fd())):
		return nil, errors.New("say where the credential goes: --secret-id for AWS Secrets Manager, --out FILE, or --out - to show it here")
	}
	return func(text []byte) (string, error) {
		_, err := fmt.Fprintln(c.OutOrStdout(), string(text))
		return "the credential is on standard output", err
	}, nil
}

// storeFile writes to a new file that replaces the named one at the end, so that a failure
// leaves the old one as it was. Only its owner can read it.
func storeFile(name string) (func([]byte) (string, error), error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("--out: %s is a folder; name a file, such as %s", name, filepath.Join(name, "zoho.json"))
	}
	file, err := os.CreateTemp(filepath.Dir(name), ".untag-auth-*")
	if err != nil {
		return nil, fmt.Errorf("--out: the folder of %s cannot be written to: %w", name, err)
	}
	file.Close()
	os.Remove(file.Name())
	return func(text []byte) (string, error) {
		if err := os.WriteFile(file.Name(), append(text, '\n'), 0o600); err != nil {
			return "", terminal.AnswerIsNo(fmt.Sprintf("the credential could not be written: %v; generate a new code", err))
		}
		if err := os.Rename(file.Name(), name); err != nil {
			os.Remove(file.Name())
			return "", terminal.AnswerIsNo(fmt.Sprintf("the credential could not be written: %v; generate a new code", err))
		}
		return "the credential is in " + name + ", which only you can read; delete it once it is stored", nil
	}, nil
}
