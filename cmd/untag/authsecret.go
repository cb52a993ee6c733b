package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"untag/internal/terminal"
)

// newSecrets returns a client with the region, credentials and endpoint that the AWS CLI uses.
func newSecrets(ctx context.Context) (*secretsmanager.Client, string, error) {
	c, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, "", fmt.Errorf("read the AWS configuration: %w", err)
	}
	return secretsmanager.NewFromConfig(c), c.Region, nil
}

// storeSecret returns what stores a credential in a secret, after it has seen that there is
// one. A user who may write a secret may not be allowed to look at it, which is fine.
func storeSecret(ctx context.Context, id string) (func([]byte) (string, error), error) {
	client, region, err := newSecrets(ctx)
	if err != nil {
		return nil, err
	}
	_, err = client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &id})
	if err != nil && codeOf(err) != "AccessDeniedException" {
		return nil, ofSecret(err, id, region)
	}
	return func(text []byte) (string, error) {
		value := string(text)
		if _, err := client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &id, SecretString: &value}); err != nil {
			return "", errors.Join(ofSecret(err, id, region), terminal.AnswerIsNo("the code is used up: generate a new one and run this again"))
		}
		return "the credential is stored in the secret " + id + "; the functions read it within five minutes", nil
	}, nil
}

// ofSecret says why a secret cannot be used.
func ofSecret(err error, id, region string) error {
	switch codeOf(err) {
	case "ResourceNotFoundException":
		return terminal.AnswerIsNo(fmt.Sprintf("there is no secret %s in the region %s: the output ZohoSecretArn of the stack names it; AWS_REGION or AWS_PROFILE choose another region or account", id, region))
	case "AccessDeniedException":
		return terminal.AnswerIsNo("your AWS user may not write the secret " + id + ": it needs secretsmanager:PutSecretValue")
	case "InvalidRequestException":
		return terminal.AnswerIsNo("the secret " + id + " cannot be written; it may be marked for deletion")
	}
	return ofAWS(err)
}

// unreadSecret says why a secret cannot be read.
func unreadSecret(err error, id, region string) error {
	if codeOf(err) == "AccessDeniedException" {
		return terminal.AnswerIsNo("your AWS user may not read the secret " + id + ": it needs secretsmanager:GetSecretValue")
	}
	if codeOf(err) == "ResourceNotFoundException" {
		return terminal.AnswerIsNo(fmt.Sprintf("there is no secret %s in the region %s, or it is empty; AWS_REGION or AWS_PROFILE choose another region or account", id, region))
	}
	return ofAWS(err)
}

func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
