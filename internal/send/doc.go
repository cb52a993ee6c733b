// Package send signs and delivers a webhook as its sender would, to try a source without the
// sender.
package send
