package main

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	tests := map[string]struct {
		env  map[string]string
		want int64
	}{
		"half of the function's":   {map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"}, 128 << 20},
		"not in Lambda":            {nil, 64 << 20},
		"no number":                {map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "much"}, 64 << 20},
		"a limit of one's own":     {map[string]string{"GOMEMLIMIT": "off", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256"}, math.MaxInt64},
		"less than a function has": {map[string]string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1"}, 64 << 20},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			debug.SetMemoryLimit(math.MaxInt64)
			limitMemory(func(name string) string { return tt.env[name] })
			if got := debug.SetMemoryLimit(-1); got != tt.want {
				t.Errorf("the limit is %d, want %d", got, tt.want)
			}
		})
	}
}
