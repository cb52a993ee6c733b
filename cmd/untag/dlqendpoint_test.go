package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// TestSQSEndpoint: the settings of the AWS CLI that change where SQS is count here too.
func TestSQSEndpoint(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "config")
	text := "[profile local]\nservices = mine\n[services mine]\nsqs =\n  endpoint_url = http://127.0.0.1:5001\n"
	if err := os.WriteFile(profile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":           {nil, ""},
		"for all":        {map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, "http://127.0.0.1:5000"},
		"for SQS":        {map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:5000", "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:5002"}, "http://127.0.0.1:5002"},
		"in the profile": {map[string]string{"AWS_PROFILE": "local"}, "http://127.0.0.1:5001"},
		"FIPS":           {map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, "https://sqs-fips.us-east-1.amazonaws.com"},
		"IPv6":           {map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "https://sqs.us-east-1.api.aws"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, variable := range []string{"AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"} {
				t.Setenv(variable, tt.env[variable])
			}
			t.Setenv("AWS_CONFIG_FILE", profile)
			t.Setenv("AWS_REGION", "us-east-1")
			c, err := config.LoadDefaultConfig(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, err := sqsEndpoint(t.Context(), c)
			if err != nil || aws.ToString(got) != tt.want {
				t.Errorf("sqsEndpoint = %q, %v, want %q", aws.ToString(got), err, tt.want)
			}
		})
	}
}
