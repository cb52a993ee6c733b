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
	debug.SetMemoryLimit(memory(getenv) / 2)
}

// maxHeap is how far one event may fill the memory while it is decided, in bytes: what is
// not Go's heap, and what the runtime keeps of memory that it does not use, has the rest.
func maxHeap(getenv func(string) string) uint64 { return uint64(memory(getenv)) / 4 * 3 }

// memory is that of the function, in bytes.
func memory(getenv func(string) string) int64 {
	size, err := strconv.Atoi(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || size < leastMemory {
		size = leastMemory
	}
	return int64(size) << 20
}
