package awsrequest_test

import (
	"testing"

	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/awsrequest"
)

// TestDomain: SQS is where the SDK's client looks for it, in every partition of AWS.
func TestDomain(t *testing.T) {
	for _, region := range []string{
		"us-east-1", "eu-central-1", "ap-southeast-5", "us-gov-west-1", "cn-north-1", "cn-northwest-1",
		"eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1",
	} {
		at, err := awssqs.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), awssqs.EndpointParameters{Region: &region})
		if err != nil {
			t.Fatal(err)
		}
		if got := "sqs." + region + "." + awsrequest.Domain(region); got != at.URI.Host {
			t.Errorf("SQS in %s is at %s, want %s", region, got, at.URI.Host)
		}
	}
}
