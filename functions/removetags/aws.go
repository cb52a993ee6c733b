package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"untag/internal/awsenv"
	"untag/internal/rulesurl"
	"untag/internal/sqs"
)

// remote is how the function reaches AWS and Zoho.
type remote struct {
	secrets secretsManager
	queues  *sqs.Client
	// sqsEndpoint replaces SQS's own address; nil to keep it.
	sqsEndpoint *string
	// rules is where RULES_URL says that the rules are; nil if it is not set.
	rules rulesReader
	// zoho makes the requests to Zoho; nil for a client with its own timeouts.
	zoho *http.Client
}

// newRemote reads from the environment how AWS is reached.
func newRemote(getenv func(string) string) (remote, error) {
	config, err := awsenv.Config(getenv)
	if err != nil {
		return remote{}, err
	}
	r := remote{
		secrets:     newSecretsManager(config, awsenv.Endpoint(getenv, "SECRETS_MANAGER")),
		queues:      sqs.New(sqs.Config{AWS: config, Endpoint: awsenv.Endpoint(getenv, "SQS")}),
		sqsEndpoint: awsenv.Endpoint(getenv, "SQS"),
	}
	if url := getenv("RULES_URL"); url != "" {
		reader, err := rulesurl.New(rulesurl.Config{URL: url, AWS: config, Endpoint: awsenv.Endpoint(getenv, "S3")})
		if err != nil {
			return remote{}, fmt.Errorf("RULES_URL: %w", err)
		}
		r.rules = reader
	}
	return r, nil
}

// rulesReader reads the rules file. Its error is rulesurl.ErrUnchanged if the file is the one
// that it returned last.
type rulesReader interface {
	Read(ctx context.Context) ([]byte, error)
}

// The clients are passed on as single functions instead of the SDK's clients. expr finds
// methods by reflection, so the linker keeps every method of every type that becomes an
// interface, and with them every operation of each service. For the same reason no client
// is a type argument of a generic function.

// secretsManager is what the function calls of Secrets Manager: it reads secrets, and
// writes the shared token.
type secretsManager struct {
	get func(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
	put func(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
}

func newSecretsManager(config aws.Config, endpoint *string) secretsManager {
	client := secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) { o.BaseEndpoint = endpoint })
	return secretsManager{
		get: func(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
			return client.GetSecretValue(ctx, in, o...)
		},
		put: func(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
			return client.PutSecretValue(ctx, in, o...)
		},
	}
}

func (s secretsManager) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return s.get(ctx, in, o...)
}

func (s secretsManager) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	return s.put(ctx, in, o...)
}
