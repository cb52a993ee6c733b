// Package awsenv configures the AWS clients from environment variables, which hold the
// region and the credentials in a Lambda function. The SDK's own loader also reads
// profiles and the container and instance endpoints, which costs start-up time and size
// that a function need not pay.
//
// It reads only the environment it is passed and keeps nothing.
package awsenv

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// callTimeout limits one attempt of one call, so that there is time left to report a
// service that does not answer.
const callTimeout = 5 * time.Second

// Config reads AWS_REGION (or AWS_DEFAULT_REGION), AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Missing credentials are an error only at
// the first call, because not every invocation makes one.
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

// missing returns an error that names the variables that are not set.
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
	return errors.New(strings.Join(names, ", ") + ": not set; a Lambda function gets them from its role; elsewhere, `aws configure export-credentials --format env` prints those of a profile")
}

// Endpoint returns the address that replaces a service's own, such as that of a local
// server: AWS_ENDPOINT_URL_<SERVICE>, or AWS_ENDPOINT_URL for all services, or nil if
// neither is set. The service is named as in the variable, such as SECRETS_MANAGER.
func Endpoint(getenv func(string) string, service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := getenv(name); url != "" {
			return &url
		}
	}
	return nil
}
