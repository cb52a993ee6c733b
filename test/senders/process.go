package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// oracle is a package that signs or verifies as a sender.
type oracle struct {
	Sender  string
	Package string
	Version string
	// Body is which bodies the package takes: any bytes, text in UTF-8, or json that it parses.
	Body string
	// NotEmpty means that it does not take an empty body.
	NotEmpty bool
	// OnlyHeaders means that it verifies no more than the header with the signature.
	OnlyHeaders bool
	// ByPosition means that it reads a list in a header without the keys of its items.
	ByPosition bool
	// Families means that it reads either family of headers of a sender that has two.
	Families bool
	// Slow means that it takes so long to verify that only one change is tried with each body.
	Slow         bool
	Sign, Verify bool
}

// request is what a process is asked.
type request struct {
	Do      string            `json:"do"`
	Sender  string            `json:"sender,omitempty"`
	Package string            `json:"package,omitempty"`
	Secret  string            `json:"secret,omitempty"`  // what is stored
	Private string            `json:"private,omitempty"` // what is signed with, if that is another key
	At      int64             `json:"at,omitempty"`
	ID      string            `json:"id,omitempty"`
	Method  string            `json:"method,omitempty"`
	URL     string            `json:"url,omitempty"`
	Headers map[string]string `json:"headers"` // names in lower case
	Body    []byte            `json:"body"`

	// The certificate that a request names, for packages that would fetch it.
	CertificateURL string `json:"certificateURL,omitempty"`
	Certificate    string `json:"certificate,omitempty"`
	Authority      string `json:"authority,omitempty"`
}

// process is a program that calls packages.
type process struct {
	name    string
	in      io.WriteCloser
	out     *bufio.Scanner
	wait    func() error
	oracles []oracle
}

func start(ctx context.Context, command []string) (*process, error) {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command, err)
	}
	p := &process{name: strings.Join(command, " "), in: in, out: bufio.NewScanner(out), wait: c.Wait}
	p.out.Buffer(nil, 10<<20)
	var list struct{ Oracles []oracle }
	if err := p.ask(request{Do: "list"}, &list); err != nil {
		return nil, err
	}
	p.oracles = list.Oracles
	return p, nil
}

// ask returns what a process answers.
func (p *process) ask(r request, answer any) error {
	if r.Body == nil {
		r.Body = []byte{}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("ask %s: %w", p.name, err)
	}
	if !p.out.Scan() {
		return fmt.Errorf("%s did not answer: %v", p.name, p.out.Err())
	}
	return json.Unmarshal(p.out.Bytes(), answer)
}

func (p *process) stop() {
	_ = p.in.Close()
	_ = p.wait()
}
