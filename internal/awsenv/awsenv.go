// Package awsenv makes the configuration of the AWS clients from the environment, the
// way it is in a Lambda function: region and credentials are variables there. Reading
// profiles, container and instance endpoints as well, as the SDK's own loader does,
// costs start-up time and size that a function does not need to pay.
//
// It reads the environment it is handed and keeps nothing.
package awsenv

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// callTimeout bounds one attempt of one call, so that a service that does not answer
// leaves time to say so.
const callTimeout = 5 * time.Second

// Config reads AWS_REGION (or AWS_DEFAULT_REGION), AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Credentials that are missing are an
// error of the first call, as not every invocation makes one.
func Config(getenv func(string) string) (aws.Config, error) {
	region := getenv("AWS_REGION")
	if region == "" {
		region = getenv("AWS_DEFAULT_REGION")
	}
	if region == "" {
		return aws.Config{}, errors.New("AWS_REGION: not set")
	}
	credentials := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	return aws.Config{
		Region:     region,
		HTTPClient: &http.Client{Timeout: callTimeout},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, missing(credentials)
		}),
	}, nil
}

// missing names the variables that are not set.
func missing(c aws.Credentials) error {
	var names []string
	if c.AccessKeyID == "" {
		names = append(names, "AWS_ACCESS_KEY_ID")
	}
	if c.SecretAccessKey == "" {
		names = append(names, "AWS_SECRET_ACCESS_KEY")
	}
	if len(names) == 0 {
		return nil
	}
	return errors.New(strings.Join(names, ", ") + ": not set; a Lambda function has them from its role, elsewhere `aws configure export-credentials --format env` prints those of a profile")
}

// Endpoint gives the address that replaces a service's own, such as that of a local
// server: AWS_ENDPOINT_URL_<SERVICE>, or AWS_ENDPOINT_URL for all; nil where neither is
// set. The service is named as in the variable, such as SECRETS_MANAGER.
func Endpoint(getenv func(string) string, service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := getenv(name); url != "" {
			return &url
		}
	}
	return nil
}
