// Command none does nothing: what a Go program costs by itself.
package main

import "os"

func main() {
	os.Stdout.WriteString("ok\n")
}
