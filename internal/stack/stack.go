// Package stack makes the stack of a goroutine large before it is deep. Go doubles a stack each
// time that it is too small, and copies all that is on it; at the start of a process, on code
// that has never run, this is slow.
package stack

import "runtime"

// room is what the deepest calls of a start need: those of the SDK and of the rules' parsers.
const room = 24 << 10

// Grow makes room for deep calls on the stack of this goroutine. Call it when there is little
// on it.
//
//go:noinline
func Grow() {
	var large [room]byte
	runtime.KeepAlive(&large)
}
