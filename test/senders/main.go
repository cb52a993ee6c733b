// Command senders compares how untag signs and verifies webhooks with vendors' own packages:
// what they sign, untag accepts; what untag signs, they accept; and neither accepts a request in
// which a byte was changed. make test-senders installs the packages and runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"untag/internal/rules"
	"untag/internal/sender"
)

// bodies is how many random bodies each package is compared with.
const bodies = 200

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "senders: name the commands that call the packages, each in one argument; make test-senders does all of it")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "senders:", err)
		os.Exit(1)
	}
}

// run compares untag with the packages of each command. The commands run at the same time.
func run(ctx context.Context, w io.Writer, commands []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all []*process
	for _, command := range commands {
		p, err := start(ctx, strings.Fields(command))
		if err != nil {
			return err
		}
		defer p.stop()
		all = append(all, p)
	}
	if err := sameOracles(all); err != nil {
		return err
	}
	results := make(chan result)
	for _, p := range all {
		go func() { p.compareAll(ctx, results) }()
	}
	total := 0
	for _, p := range all {
		total += len(p.oracles)
	}
	var failed []error
	for range total {
		r := <-results
		if r.err != nil {
			failed = append(failed, fmt.Errorf("%s with %s %s: %w", r.oracle.Sender, r.oracle.Package, r.oracle.Version, r.err))
			continue
		}
		fmt.Fprintf(w, "%-13s %-50s %-22s %d bodies in %.1f s; signs: %t, verifies: %t\n", r.oracle.Sender, r.oracle.Package, r.oracle.Version, bodies, r.took.Seconds(), r.oracle.Sign, r.oracle.Verify)
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	fmt.Fprintf(w, "%d packages agree with untag; %d of %d senders have no package to compare with\n", total, withoutOracle(), len(sender.Names()))
	return nil
}

// result is what came of the comparison with one package.
type result struct {
	oracle oracle
	took   time.Duration
	err    error
}

func (p *process) compareAll(ctx context.Context, results chan<- result) {
	r := rand.New(rand.NewPCG(7, 11))
	for _, o := range p.oracles {
		began := time.Now()
		c, err := newComparison(p, o)
		for i := 0; i < bodies && err == nil; i++ {
			err = c.compare(ctx, r)
		}
		select {
		case results <- result{o, time.Since(began), err}:
		case <-ctx.Done():
			return
		}
	}
}

// sameOracles returns an error if rows name other packages than there are.
func sameOracles(all []*process) error {
	packages := make(map[string][]string)
	for _, p := range all {
		for _, o := range p.oracles {
			packages[o.Sender] = append(packages[o.Sender], o.Package)
		}
	}
	for name := range packages {
		if _, found := rules.LoadSender(name); !found {
			return fmt.Errorf("there is no row of %s, which %s signs as", name, packages[name])
		}
	}
	for _, name := range sender.Names() {
		row, _ := rules.LoadSender(name)
		if want := strings.Join(packages[name], ", "); row.Oracle != want {
			return fmt.Errorf("the row of %s names the oracle %q, but it is compared with %q", name, row.Oracle, want)
		}
	}
	return nil
}

func withoutOracle() (count int) {
	for _, name := range sender.Names() {
		if row, _ := rules.LoadSender(name); row.Oracle == "" {
			count++
		}
	}
	return count
}
