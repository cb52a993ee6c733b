package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"untag/internal/lambdatest"
)

// pool is the processes of both functions, as far as they are at work.
type pool struct {
	mu     sync.Mutex
	atWork map[int]*lambdatest.Function
	kills  int
}

// instance is one process of a function, until it dies.
type instance struct {
	pool     *pool
	number   int
	function *lambdatest.Function
}

// keep runs a process of the binary, and another one whenever it dies, and gives each to
// use until ctx ends.
func (p *pool) keep(ctx context.Context, number int, binary string, env []string, use func(context.Context, instance) error) error {
	for ctx.Err() == nil {
		f, err := lambdatest.Start(binary, env)
		if err != nil {
			return err
		}
		for err == nil && ctx.Err() == nil {
			err = use(ctx, instance{p, number, f})
		}
		f.Stop()
	}
	return nil
}

// invoke hands the instance a payload; meanwhile it may be killed.
func (i instance) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	i.pool.set(i.number, i.function)
	defer i.pool.set(i.number, nil)
	return i.function.Invoke(ctx, payload)
}

func (p *pool) set(number int, f *lambdatest.Function) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f == nil {
		delete(p.atWork, number)
		return
	}
	p.atWork[number] = f
}

// killing kills a process with SIGKILL every so often, in the middle of its work.
func (p *pool) killing(ctx context.Context, every time.Duration) {
	for pause(ctx, every) {
		for f := p.any(); !p.kill(f); f = p.any() {
			if !pause(ctx, time.Duration(rand.IntN(20))*time.Millisecond) {
				return
			}
		}
	}
}

// any gives one of those at work.
func (p *pool) any() *lambdatest.Function {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []*lambdatest.Function
	for _, f := range p.atWork {
		list = append(list, f)
	}
	if len(list) == 0 {
		return nil
	}
	return list[rand.IntN(len(list))]
}

func (p *pool) kill(f *lambdatest.Function) bool {
	if f == nil {
		return false
	}
	f.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kills++
	return true
}
