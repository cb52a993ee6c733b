package awsrequest_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"untag/internal/awsrequest"
)

func with(c aws.Credentials, err error) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return c, err })
}

// TestSign: a request is signed as of a time, for a service in a region; one to S3 names the
// hash of its body too.
func TestSign(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for service, hash := range map[string]string{"sqs": "", "s3": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://host.example/a%20b", nil)
		if err != nil {
			t.Fatal(err)
		}
		credentials := with(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush"}, nil)
		if err := awsrequest.NewSigner(service, credentials).Sign(t.Context(), r, nil, "eu-central-1", at); err != nil {
			t.Fatal(err)
		}
		want := "AWS4-HMAC-SHA256 Credential=AKID/20260301/eu-central-1/" + service + "/aws4_request"
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, want) || r.Header.Get("X-Amz-Content-Sha256") != hash {
			t.Errorf("%s: Authorization %s and hash %q, want %s… and %q", service, got, r.Header.Get("X-Amz-Content-Sha256"), want, hash)
		}
	}
}

func TestSignWithoutCredentials(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://host.example/", nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong := errors.New("not set")
	if err := awsrequest.NewSigner("sqs", with(aws.Credentials{}, wrong)).Sign(t.Context(), r, nil, "eu-central-1", time.Now()); !errors.Is(err, wrong) || r.Header.Get("Authorization") != "" {
		t.Errorf("Sign = %v, want %v and no signature", err, wrong)
	}
}
