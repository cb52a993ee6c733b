package main

import (
	"runtime/debug"
	"strconv"
)

// leastMemory is the smallest memory of a Lambda function, in MB.
const leastMemory = 128

// limitMemory makes Go collect and release the garbage of large invocations once the
// process uses half of the function's memory, instead of growing without limit. It is a
// soft limit: memory in use is not affected. GOMEMLIMIT takes precedence.
func limitMemory(getenv func(string) string) {
	if getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(memory(getenv) / 2)
}

// maxHeap returns the size of the heap, in bytes, up to which one event may fill memory
// while it is decided. The rest is for what is not on Go's heap, and for unused memory that
// the runtime keeps.
func maxHeap(getenv func(string) string) uint64 { return uint64(memory(getenv)) / 4 * 3 }

// memory returns the function's memory, in bytes.
func memory(getenv func(string) string) int64 {
	size, err := strconv.Atoi(getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || size < leastMemory {
		size = leastMemory
	}
	return int64(size) << 20
}
