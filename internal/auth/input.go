package auth

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"untag/internal/terminal"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// Input is what is needed to ask Zoho for a credential.
type Input struct {
	// Credentials are those of the client, without a refresh token.
	Credentials zohoauth.Credentials
	Code        string
}

// Complete asks for what is missing: at a terminal with a question for each, secrets hidden;
// otherwise it reads the client secret and the code from in, a line each. The scope is
// shown before it asks for the code.
func Complete(ctx context.Context, in io.Reader, out io.Writer, i *Input, scope string) error {
	i.Credentials.DataCenter = strings.ToLower(i.Credentials.DataCenter)
	file, _ := in.(*os.File)
	if file == nil || !term.IsTerminal(int(file.Fd())) {
		if err := fromLines(in, i); err != nil {
			return err
		}
		return check(*i)
	}
	q := questions{ctx: ctx, file: file, lines: bufio.NewReader(file), out: out}
	c := &i.Credentials
	if c.DataCenter != "" {
		if err := place(*c); err != nil {
			return err
		}
	} else if err := zoho.CheckEnvironment(c.Environment); err != nil {
		return fmt.Errorf("the environment: %w", err)
	}
	q.ask(&c.DataCenter, "Data center of your Zoho account (crm.zoho.eu is eu): "+strings.Join(dataCenters(), ", "), false, func(name string) error {
		_, err := zoho.LookupDataCenter(name)
		return err
	})
	c.DataCenter = strings.ToLower(c.DataCenter)
	q.ask(&c.Environment, "Environment: sandbox or developer; leave it empty for production", false, zoho.CheckEnvironment)
	c.Environment = strings.ToLower(c.Environment)
	if q.err == nil {
		fmt.Fprintf(out, "Open %s, create a Self Client, and generate a code for this scope:\n\n  %s\n\n", console(c.DataCenter), scope)
	}
	q.ask(&c.ClientID, "Client ID", false, plain)
	q.ask(&c.ClientSecret, "Client Secret (not shown)", true, plain)
	q.ask(&i.Code, "Grant code (not shown; valid once, for minutes)", true, plain)
	if q.err != nil {
		return q.err
	}
	return check(*i)
}

// fromLines reads the client secret and the code, or the one of them that is missing.
func fromLines(in io.Reader, i *Input) error {
	if err := place(i.Credentials); err != nil {
		return err
	}
	lines := bufio.NewScanner(io.LimitReader(in, 64<<10))
	for _, part := range []struct {
		into *string
		what string
	}{{&i.Credentials.ClientSecret, "the client secret"}, {&i.Code, "the grant code"}} {
		if *part.into != "" {
			continue
		}
		for *part.into == "" {
			if !lines.Scan() {
				return errors.New(part.what + " is missing: standard input must have the client secret and then the grant code, a line each; or name files with --client-secret-file and --code-file")
			}
			*part.into = strings.TrimSpace(lines.Text())
		}
	}
	return nil
}

// place checks the data center and the environment.
func place(c zohoauth.Credentials) error {
	if c.DataCenter == "" {
		return errors.New("name the data center with --data-center: " + strings.Join(dataCenters(), ", ") + "; crm.zoho.eu is eu")
	}
	if _, err := zoho.LookupDataCenter(c.DataCenter); err != nil {
		return fmt.Errorf("the data center: %w", err)
	}
	if err := zoho.CheckEnvironment(c.Environment); err != nil {
		return fmt.Errorf("the environment: %w", err)
	}
	return nil
}

// check finds what is missing or cannot be right, because a code is used up by the first try.
func check(i Input) error {
	c := i.Credentials
	switch {
	case c.ClientID == "":
		return errors.New("name the client with --client-id: the console shows it as Client ID")
	case c.ClientSecret == "":
		return errors.New("the client secret is empty")
	case i.Code == "":
		return errors.New("the grant code is empty")
	}
	for what, value := range map[string]string{"client id": c.ClientID, "client secret": c.ClientSecret, "grant code": i.Code} {
		if err := plain(value); err != nil {
			return errors.New("the " + what + strings.TrimPrefix(err.Error(), "it"))
		}
	}
	return nil
}

// plain returns what is wrong with a text that Zoho's API console shows, to be copied.
func plain(value string) error {
	if value == "" {
		return errors.New("it is missing: copy it from Zoho's API console")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("it has a character that it cannot have, such as a space: copy it again")
	}
	return nil
}

func dataCenters() []string {
	var names []string
	for _, dc := range zoho.DataCenters() {
		names = append(names, dc.Name)
	}
	return names
}

// console returns the address of the API console of a data center.
func console(dataCenter string) string {
	dc, err := zoho.LookupDataCenter(cmp.Or(dataCenter, "us"))
	if err != nil {
		return "Zoho's API console"
	}
	return strings.Replace(dc.AccountsURL, "//accounts.", "//api-console.", 1)
}

// questions are asked at a terminal until one fails.
type questions struct {
	ctx   context.Context
	file  *os.File
	lines *bufio.Reader
	out   io.Writer
	err   error
}

// ask asks for a value that is empty, until the answer is right.
func (q *questions) ask(into *string, what string, hidden bool, wrong func(string) error) {
	if q.err != nil || *into != "" {
		return
	}
	for {
		fmt.Fprint(q.out, what+": ")
		answer := q.answer(hidden)
		if q.err != nil {
			return
		}
		err := wrong(answer)
		if err == nil {
			*into = answer
			return
		}
		fmt.Fprintln(q.out, "  "+terminal.Clean(err.Error()))
	}
}

// answer reads an answer, without showing it if it is hidden.
func (q *questions) answer(hidden bool) string {
	state, err := term.GetState(int(q.file.Fd()))
	if err != nil {
		q.err = fmt.Errorf("read from the terminal: %w", err)
		return ""
	}
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() {
		if hidden {
			text, err := term.ReadPassword(int(q.file.Fd()))
			read <- line{string(text), err}
			return
		}
		text, err := q.lines.ReadString('\n')
		read <- line{text, err}
	}()
	var text string
	select {
	case got := <-read:
		if text = strings.TrimSpace(got.text); got.err != nil {
			q.err = fmt.Errorf("read from the terminal: %w", got.err)
		}
	case <-q.ctx.Done():
		_ = term.Restore(int(q.file.Fd()), state) // otherwise it would stay hidden
		q.err = errors.New("stopped")
	}
	if hidden {
		fmt.Fprintln(q.out)
	}
	return text
}
