package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"untag/internal/awsenv"
	"untag/internal/queue"
	"untag/internal/sandbox"
	"untag/internal/sqs"
)

const (
	// webhookToken is the token that proves the sender.
	webhookToken = "soak-webhook-token"
	// visibility is how long the messages of a killed worker stay hidden, in seconds. It is
	// longer than a worker's timeout.
	visibility = 15
	account    = "123456789012"
	region     = "eu-central-1"
)

// cloud is moto's SQS and Secrets Manager, and the environments of the functions.
type cloud struct {
	queues *awssqs.Client
	// operator is untag's own client, with which the command line reads dead letters.
	operator         *sqs.Client
	queue, dead, arn string
	// receiving and working are the two functions' variables.
	receiving, working []string
}

// addresses are the addresses of AWS, for this program and for the functions, and of the
// simulated Zoho.
type addresses struct{ aws, functionsAWS, zoho string }

func newCloud(ctx context.Context, o options, at addresses, crm *sandbox.Sandbox) (*cloud, error) {
	common := map[string]string{
		"AWS_REGION": region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": at.aws, "LOG_LEVEL": "error",
	}
	getenv := func(name string) string { return common[name] }
	config, err := awsenv.Config(getenv)
	if err != nil {
		return nil, err
	}
	run := strconv.Itoa(os.Getpid())
	c := &cloud{
		queues:   awssqs.NewFromConfig(config, func(o *awssqs.Options) { o.BaseEndpoint = awsenv.Endpoint(getenv, "SQS") }),
		operator: sqs.New(sqs.Config{AWS: config, Endpoint: awsenv.Endpoint(getenv, "SQS")}),
		arn:      "arn:aws:sqs:" + region + ":" + account + ":soak-events-" + run,
	}
	for name, into := range map[string]*string{"soak-events-": &c.queue, "soak-dead-": &c.dead} {
		out, err := c.queues.CreateQueue(ctx, &awssqs.CreateQueueInput{
			QueueName: aws.String(name + run), Attributes: map[string]string{"VisibilityTimeout": strconv.Itoa(visibility)},
		})
		if err != nil {
			return nil, fmt.Errorf("create a queue: %w", err)
		}
		*into = *out.QueueUrl
	}
	credentials, err := json.Marshal(crm.Credentials())
	if err != nil {
		return nil, err
	}
	vault := secretsmanager.NewFromConfig(config, func(s *secretsmanager.Options) {
		s.BaseEndpoint = awsenv.Endpoint(getenv, "SECRETS_MANAGER")
	})
	for name, value := range map[string]string{
		"soak-zoho-": string(credentials), "soak-token-": "{}", "soak-webhooks-": `{"zoho":"` + webhookToken + `"}`,
	} {
		if _, err := vault.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String(name + run), SecretString: &value}); err != nil {
			return nil, fmt.Errorf("create a secret: %w", err)
		}
	}
	rules, err := filepath.Abs(o.rules)
	if err != nil {
		return nil, err
	}
	common["RULES_FILE"], common["AWS_ENDPOINT_URL"] = rules, at.functionsAWS
	c.receiving = environment(common, map[string]string{"WEBHOOK_SECRET_ID": "soak-webhooks-" + run, "QUEUE_URL": c.queue})
	c.working = environment(common, map[string]string{
		"ZOHO_SECRET_ID": "soak-zoho-" + run, "ZOHO_TOKEN_SECRET_ID": "soak-token-" + run, "DEAD_LETTER_QUEUE_URL": c.dead, "EVENT_QUEUE_ARN": c.arn,
		"ZOHO_API_URL": at.zoho, "ZOHO_ACCOUNTS_URL": at.zoho,
	})
	return c, nil
}

func environment(maps ...map[string]string) []string {
	var list []string
	for _, m := range maps {
		for name, value := range m {
			list = append(list, name+"="+value)
		}
	}
	return list
}

// store puts a message into the queue unchanged.
func (c *cloud) store(ctx context.Context, body string) error {
	_, err := c.queues.SendMessage(ctx, &awssqs.SendMessageInput{QueueUrl: &c.queue, MessageBody: &body})
	return err
}

// left returns how many messages the queue still has, including those in flight.
func (c *cloud) left(ctx context.Context) (int, error) {
	out, err := c.queues.GetQueueAttributes(ctx, &awssqs.GetQueueAttributesInput{
		QueueUrl: &c.queue, AttributeNames: []types.QueueAttributeName{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"},
	})
	if err != nil {
		return 0, err
	}
	sum := 0
	for _, value := range out.Attributes {
		n, _ := strconv.Atoi(value)
		sum += n
	}
	return sum, nil
}

// deadLetters returns why each event in the dead-letter queue is there, by event.
func (c *cloud) deadLetters(ctx context.Context) (map[string]queue.Reason, error) {
	list, err := queue.NewDeadLetters(c.operator, c.dead).List(ctx, 1_000_000)
	if err != nil {
		return nil, err
	}
	dead := make(map[string]queue.Reason)
	for _, one := range list {
		dead[nameOf(one.Body)] = one.Reason
	}
	return dead, nil
}
