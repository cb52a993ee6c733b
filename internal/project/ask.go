package project

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"untag/internal/terminal"
	"untag/internal/zoho"
)

// Asker asks on a terminal, or of whatever standard input is.
type Asker struct {
	in  *bufio.Reader
	out io.Writer
}

// NewAsker returns an Asker that reads answers from in.
func NewAsker(in io.Reader, out io.Writer) *Asker { return &Asker{bufio.NewReader(in), out} }

// errNoAnswer is the error of an input that ends where an answer is needed.
var errNoAnswer = errors.New("standard input ended before the question was answered; give the answers as flags, or accept the defaults with --yes")

// Choices asks for what is not chosen yet.
func (a *Asker) Choices(c Choices) (Choices, error) {
	fmt.Fprint(a.out, "Press Enter to accept the value in [brackets].\n\n")
	var err error
	if len(c.Senders) == 0 {
		question := "Which senders? Separate names with commas, such as stripe, shopify.\n`untag senders` lists them; token suits Zoho CRM's own webhooks and any other sender that can send a header"
		if c.Senders, err = ask(a, question, DefaultSender, func(answer string) ([]string, error) { return checkSenders(commas(answer)) }); err != nil {
			return c, err
		}
	}
	samples, err := samplesOf(c)
	if err != nil {
		return c, err
	}
	fmt.Fprintln(a.out, "\nThese are example rules, which you can change in rules.yaml:")
	for _, s := range samples {
		fmt.Fprintf(a.out, "  %s: if %s, a record of %s loses %s\n", s.Name, s.When.Value, s.Module(), terminal.Quoted(s.Remove))
	}
	fmt.Fprintln(a.out)
	if c.Module == "" {
		c.Module, err = ask(a, "Module whose records lose tags", asAbove, unlessAbove(checkModule))
		if err != nil {
			return c, err
		}
	}
	if len(c.Tags) == 0 {
		if c.Tags, err = ask(a, "Tags to remove, separated by commas", asAbove, checkTags); err != nil {
			return c, err
		}
	}
	return a.places(c)
}

// places asks where the accounts are.
func (a *Asker) places(c Choices) (_ Choices, err error) {
	if c.DataCenter == "" {
		var names []string
		for _, dc := range zoho.DataCenters() {
			names = append(names, dc.Name)
		}
		question := "Data center of your Zoho account: " + strings.Join(names, ", ") + ".\nIn the address of your CRM, zoho.com is us and zoho.eu is eu"
		if c.DataCenter, err = ask(a, question, DefaultDataCenter, checkDataCenter); err != nil {
			return c, err
		}
	}
	if c.Region == "" {
		c.Region, err = ask(a, "AWS region", DefaultRegion, func(answer string) (string, error) { return answer, checkRegion(answer) })
	}
	return c, err
}

// asAbove is the default where the samples differ.
const asAbove = "as above"

func unlessAbove(check func(string) (string, error)) func(string) (string, error) {
	return func(answer string) (string, error) {
		if answer == asAbove {
			return "", nil
		}
		return check(answer)
	}
}

func checkTags(answer string) ([]string, error) {
	if answer == asAbove {
		return nil, nil
	}
	tags := commas(answer)
	for _, tag := range tags {
		if err := checkTag(tag); err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// commas returns what is between commas.
func commas(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// ask asks until an answer is right. An empty answer is the default.
func ask[T any](a *Asker, question, standard string, read func(string) (T, error)) (T, error) {
	for {
		fmt.Fprintf(a.out, "%s [%s]: ", question, standard)
		answer, err := a.line()
		if err != nil {
			fmt.Fprintln(a.out)
			return *new(T), err
		}
		if answer == "" {
			answer = standard
		}
		value, err := read(answer)
		if err == nil {
			return value, nil
		}
		_, message, found := strings.Cut(err.Error(), ": ") // without the flag
		if !found || !strings.HasPrefix(err.Error(), "--") {
			message = err.Error()
		}
		fmt.Fprintf(a.out, "  %s\n", terminal.Clean(message))
	}
}

// Confirm asks a question whose answer is yes or no; no is the default.
func (a *Asker) Confirm(question string) (bool, error) {
	fmt.Fprintf(a.out, "%s [y/N]: ", question)
	answer, err := a.line()
	if err != nil {
		fmt.Fprintln(a.out)
		return false, err
	}
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", nil
}

// line reads an answer.
func (a *Asker) line() (string, error) {
	text, err := a.in.ReadString('\n')
	if err != nil && (err != io.EOF || strings.TrimSpace(text) == "") {
		return "", errNoAnswer
	}
	return strings.TrimSpace(text), nil
}
