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

// putSecret writes the shared token.
type putSecret func(context.Context, *secretsmanager.PutSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)

// vault is what sharing a token needs of Secrets Manager.
type vault struct {
	getSecret
	put putSecret
}

func (v vault) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	return v.put(ctx, in, o...)
}

func tokenVault(config aws.Config, getenv func(string) string) vault {
	client := secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) {
		o.BaseEndpoint = awsenv.Endpoint(getenv, "SECRETS_MANAGER")
	})
	return vault{
		getSecret: func(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
			return client.GetSecretValue(ctx, in, o...)
		},
		put: func(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
			return client.PutSecretValue(ctx, in, o...)
		},
	}
}

// changeVisibility sends messages back with a delay.
type changeVisibility func(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)

// movers is what the worker needs of SQS.
type movers struct {
	sendMessage
	change changeVisibility
}

func (m movers) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, o ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	return m.change(ctx, in, o...)
}

func queueMover(config aws.Config, getenv func(string) string) movers {
	client := sqs.NewFromConfig(config, func(o *sqs.Options) { o.BaseEndpoint = awsenv.Endpoint(getenv, "SQS") })
	return movers{
		sendMessage: func(ctx context.Context, in *sqs.SendMessageInput, o ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
			return client.SendMessage(ctx, in, o...)
		},
		change: func(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, o ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
			return client.ChangeMessageVisibilityBatch(ctx, in, o...)
		},
	}
}
