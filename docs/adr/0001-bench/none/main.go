// Command none does nothing. It shows what a Go program costs by itself.
package main

import "os"

func main() {
	os.Stdout.WriteString("ok\n")
}
