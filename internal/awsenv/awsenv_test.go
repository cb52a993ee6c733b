package awsenv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/awsenv"
)

func getenv(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func TestConfig(t *testing.T) {
	tests := map[string]struct {
		env           map[string]string
		region, token string
		err           string // of Config, or of the credentials
	}{
		"a function": {map[string]string{
			"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_SESSION_TOKEN": "hush-session",
		}, "eu-central-1", "hush-session", ""},
		"without a session": {map[string]string{
			"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush",
		}, "eu-west-1", "", ""},
		"no region":      {map[string]string{"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush"}, "", "", "AWS_REGION: not set"},
		"no credentials": {map[string]string{"AWS_REGION": "eu-central-1"}, "eu-central-1", "", "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: not set"},
		"no key":         {map[string]string{"AWS_REGION": "eu-central-1", "AWS_SECRET_ACCESS_KEY": "hush"}, "eu-central-1", "", "AWS_ACCESS_KEY_ID: not set"},
		"no secret":      {map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKID"}, "eu-central-1", "", "AWS_SECRET_ACCESS_KEY: not set"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			config, err := awsenv.Config(getenv(tt.env))
			if err == nil {
				if config.Region != tt.region {
					t.Errorf("region %q, want %q", config.Region, tt.region)
				}
				credentials, wrong := config.Credentials.Retrieve(t.Context())
				if err = wrong; err == nil && (credentials.AccessKeyID != "AKID" || credentials.SecretAccessKey != "hush" || credentials.SessionToken != tt.token) {
					t.Error("the credentials are not those of the environment")
				}
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err) || strings.Contains(err.Error(), "hush")) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		want *string
	}{
		"its own first": {map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SQS": "http://sqs"}, new("http://sqs")},
		"that of all":   {map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://secrets"}, new("http://all")},
		"none":          {nil, nil},
		"empty":         {map[string]string{"AWS_ENDPOINT_URL": ""}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, awsenv.Endpoint(getenv(tt.env), "SQS")); diff != "" {
				t.Errorf("Endpoint(SQS): -want +got\n%s", diff)
			}
		})
	}
}
