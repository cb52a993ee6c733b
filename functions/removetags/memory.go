package main

import (
	"runtime/debug"
	"strconv"
)

// leastMemory is the smallest memory of a Lambda function, in MB.
const leastMemory = 128

// limitMemory has Go collect, and give back, what large invocations leave behind from
// half of the function's memory on, instead of growing as though there were no end to
// it. It is a soft limit: what is in use is not affected. GOMEMLIMIT goes before it.
func limitMemory(getenv func(string) string) {
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	size, err := strconv.Atoi(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || size < leastMemory {
		size = leastMemory
	}
	debug.SetMemoryLimit(int64(size) << 20 / 2)
}
