// Command soak proves that no event is lost. Webhooks go through processes of the
// receiving function into SQS and from there to workers, each a process of the Lambda
// binary, while the simulated Zoho fails and processes are killed. Then it counts.
//
// It needs moto's server as AWS: `make soak`. It exits with 1 if an event is lost or given
// up, if a tag was removed that no rule named, or if too many tokens were minted, and with
// 2 if it could not find out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"time"

	"untag/internal/awstest"
	"untag/internal/sandbox"
)

// options are the settings of a run.
type options struct {
	endpoint, bootstrap, rules       string
	events, workers, receivers       int
	faults, revoked, awsFaults       float64
	seed                             uint64
	killEvery, within                time.Duration
	hurry, waiting, batch, atOnceCRM int
}

func main() {
	var o options
	flag.StringVar(&o.endpoint, "endpoint", "", "address of moto's server")
	flag.StringVar(&o.bootstrap, "bootstrap", "build/bootstrap", "the Lambda binary")
	flag.StringVar(&o.rules, "rules", "test/soak/rules.yaml", "rules file")
	flag.IntVar(&o.events, "events", 20_000, "events to send")
	flag.IntVar(&o.workers, "workers", 8, "workers, each a process")
	flag.IntVar(&o.receivers, "receivers", 6, "receiving functions, each a process")
	flag.Float64Var(&o.faults, "faults", 0.2, "share of the calls to Zoho that fail, 0 to 1")
	flag.Float64Var(&o.revoked, "revoked", 0.002, "share of the calls to Zoho that end their access token early, 0 to 1")
	flag.Float64Var(&o.awsFaults, "aws-faults", 0.05, "share of the functions' calls to SQS and Secrets Manager that fail, 0 to 1")
	// With 106, one of the first hundred calls ends a token early, even in a short run.
	flag.Uint64Var(&o.seed, "seed", 106, "seed of the events and of the faults")
	flag.DurationVar(&o.killEvery, "kill-every", 2*time.Second, "time between two kills of a worker; receiving functions are killed a third as often")
	flag.DurationVar(&o.within, "within", 30*time.Minute, "time limit for the run")
	flag.IntVar(&o.hurry, "hurry", 600, "number by which to divide the delays that workers request from SQS")
	flag.IntVar(&o.waiting, "waiting", 2000, "maximum number of events in the queue")
	flag.IntVar(&o.batch, "batch", 250, "maximum number of messages in a batch")
	flag.IntVar(&o.atOnceCRM, "crm-concurrency", 25, "calls that the simulated Zoho serves at the same time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	v, err := soak(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(2)
	}
	v.print(os.Stdout)
	if !v.good() {
		os.Exit(1)
	}
}

func soak(ctx context.Context, o options) (verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, o.within)
	defer cancel()
	load := newLoad(o.events, o.seed)
	faults := sandbox.EvenFaults(o.seed, o.faults)
	faults.Revoked = o.revoked
	crm := sandbox.New(sandbox.Config{Records: load.records, Faults: faults, Concurrency: o.atOnceCRM, ReadOnly: []string{"Leads"}})
	zoho, err := serve(crm)
	if err != nil {
		return verdict{}, err
	}
	moto, err := hurried(o.endpoint, o.hurry)
	if err != nil {
		return verdict{}, err
	}
	lossy := &unreliable{next: moto, share: o.awsFaults}
	at := addresses{zoho: zoho}
	for into, h := range map[*string]http.Handler{&at.aws: moto, &at.functionsAWS: lossy} {
		if *into, err = serve(h); err != nil {
			return verdict{}, err
		}
	}
	cloud, err := newCloud(ctx, o, at, crm)
	if err != nil {
		return verdict{}, err
	}
	start := time.Now()
	progress := newProgress()
	receivers, workers, err := run(ctx, o, cloud, load, progress)
	if err != nil {
		return verdict{}, err
	}
	dead, err := cloud.deadLetters(ctx)
	if err != nil {
		return verdict{}, err
	}
	v := verdictOf(load, progress, crm, dead)
	v.receiversKilled, v.workersKilled = receivers, workers
	v.awsFaults, v.took = int(lossy.failed.Load()), time.Since(start)
	if o.faults > 0 && v.requests.Faulty == 0 || o.awsFaults > 0 && v.awsFaults == 0 || workers == 0 {
		return v, errors.New("nothing went wrong, so nothing was proved: send more events")
	}
	return v, nil
}

// serve serves h on a free port as long as the process lives, and returns its address.
func serve(h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = http.Serve(l, h) }()
	return "http://" + l.Addr().String(), nil
}

// run sends all events and works until the queue is empty. It returns how many processes
// of each function were killed.
func run(ctx context.Context, o options, cloud *cloud, load *load, progress *progress) (receivers, workers int, err error) {
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	pool := &pool{atWork: make(map[int]*awstest.Function), kills: make(map[int]int)}
	todo := make(chan sent)
	var wg sync.WaitGroup
	for i := range o.receivers {
		s := &sender{cloud: cloud, progress: progress, todo: todo}
		wg.Go(func() {
			if err := pool.keep(working, i, o.bootstrap, cloud.receiving, s.deliver); err != nil {
				stop(err)
			}
		})
	}
	for i := range o.workers {
		s := &source{cloud: cloud, progress: progress, most: o.batch}
		wg.Go(func() {
			if err := pool.keep(working, o.receivers+i, o.bootstrap, cloud.working, s.pump); err != nil {
				stop(err)
			}
		})
	}
	killing, spare := context.WithCancel(working)
	defer spare()
	receiver := func(number int) bool { return number < o.receivers }
	wg.Go(func() { pool.killing(killing, o.killEvery, func(number int) bool { return !receiver(number) }) })
	wg.Go(func() { pool.killing(killing, 3*o.killEvery, receiver) })
	wg.Go(func() { report(working, load, progress) })
	feed(working, o, load, progress, todo)
	spare() // otherwise the process with the last event would be killed again and again
	err = settle(working, cloud, load, progress)
	stop(nil)
	wg.Wait()
	for number, kills := range pool.kills {
		if receiver(number) {
			receivers += kills
		} else {
			workers += kills
		}
	}
	return receivers, workers, err
}

// feed passes the events to the senders, and waits while too many are in the queue, because
// moto looks at every message for every request.
func feed(ctx context.Context, o options, load *load, progress *progress, todo chan<- sent) {
	defer close(todo)
	for _, s := range load.events {
		for {
			accepted, done := progress.counts()
			if accepted-done < o.waiting {
				break
			}
			if !pause(ctx, 20*time.Millisecond) {
				return
			}
		}
		select {
		case todo <- s:
		case <-ctx.Done():
			return
		}
	}
}

// settle waits until every event was accepted and the queue is empty.
func settle(ctx context.Context, cloud *cloud, load *load, progress *progress) error {
	for {
		accepted, done := progress.counts()
		if accepted == len(load.events) {
			left, err := cloud.left(ctx)
			if err == nil && left == 0 {
				return nil
			}
		}
		if !pause(ctx, time.Second) {
			return errors.Join(context.Cause(ctx), fmt.Errorf("%d of %d events were accepted, %d done", accepted, len(load.events), done))
		}
	}
}

// report prints the progress every ten seconds.
func report(ctx context.Context, load *load, progress *progress) {
	for pause(ctx, 10*time.Second) {
		accepted, done := progress.counts()
		fmt.Fprintf(os.Stderr, "soak: %d events, %d accepted, %d done\n", len(load.events), accepted, done)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
