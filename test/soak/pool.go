package main

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"untag/internal/awstest"
)

// pool holds the processes of both functions that are at work.
type pool struct {
	mu     sync.Mutex
	atWork map[int]*awstest.Function
	// kills counts the killed processes, by their number.
	kills map[int]int
}

// instance is one process of a function, until it dies.
type instance struct {
	pool     *pool
	number   int
	function *awstest.Function
}

// keep runs a process of the binary, replaces it when it dies, and calls use with it until
// ctx ends.
func (p *pool) keep(ctx context.Context, number int, binary string, env []string, use func(context.Context, instance) error) error {
	for ctx.Err() == nil {
		f, err := awstest.StartFunction(binary, env)
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

// invoke sends a payload to the instance, which may be killed during the call.
func (i instance) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	i.pool.set(i.number, i.function)
	defer i.pool.set(i.number, nil)
	return i.function.Invoke(ctx, payload)
}

func (p *pool) set(number int, f *awstest.Function) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f == nil {
		delete(p.atWork, number)
		return
	}
	p.atWork[number] = f
}

// killing kills one of the selected processes with SIGKILL at intervals, in the middle of
// its work.
func (p *pool) killing(ctx context.Context, every time.Duration, some func(number int) bool) {
	for pause(ctx, every) {
		for !p.killOne(some) {
			if !pause(ctx, time.Duration(rand.IntN(20))*time.Millisecond) {
				return
			}
		}
	}
}

// killOne kills one of the selected processes that are at work. It returns false if there
// is none.
func (p *pool) killOne(some func(number int) bool) bool {
	p.mu.Lock()
	numbers := slices.DeleteFunc(slices.Collect(maps.Keys(p.atWork)), func(number int) bool { return !some(number) })
	if len(numbers) == 0 {
		p.mu.Unlock()
		return false
	}
	number := numbers[rand.IntN(len(numbers))]
	f := p.atWork[number]
	p.kills[number]++
	p.mu.Unlock()
	f.Stop()
	return true
}
