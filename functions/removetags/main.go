// Command removetags is untag's Lambda function: a webhook, an event or a batch of
// stored events comes in, and tags come off Zoho CRM records. Everything is built
// once, here; the configuration comes from the environment (see docs/deploy.md).
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	c, err := readConfig(os.Getenv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "untag: the configuration is not usable:\n%v\n", err)
		os.Exit(2)
	}
	h, err := build(c, os.Getenv, newLog(os.Stdout, c.logLevel))
	if err != nil {
		fmt.Fprintf(os.Stderr, "untag: the configuration is not usable:\n%v\n", err)
		os.Exit(2)
	}
	lambda.Start(h)
}
