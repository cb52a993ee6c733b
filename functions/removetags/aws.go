package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/awsenv"
)

// The clients are handed on as single functions, not as the SDK's clients themselves:
// expr finds methods by reflection, so the linker keeps every method of every type
// that becomes an interface, and with them every operation of each service.

// getSecret is the one operation of Secrets Manager that the function calls.
type getSecret func(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)

func (f getSecret) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return f(ctx, in, o...)
}

func secretsReader(config aws.Config, getenv func(string) string) getSecret {
	client := secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) {
		o.BaseEndpoint = awsenv.Endpoint(getenv, "SECRETS_MANAGER")
	})
	return func(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
		return client.GetSecretValue(ctx, in, o...)
	}
}

// sendMessage is the one operation of SQS that the receiving side calls.
type sendMessage func(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)

func (f sendMessage) SendMessage(ctx context.Context, in *sqs.SendMessageInput, o ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	return f(ctx, in, o...)
}

func queueSender(config aws.Config, getenv func(string) string) sendMessage {
	client := sqs.NewFromConfig(config, func(o *sqs.Options) { o.BaseEndpoint = awsenv.Endpoint(getenv, "SQS") })
	return func(ctx context.Context, in *sqs.SendMessageInput, o ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
		return client.SendMessage(ctx, in, o...)
	}
}
