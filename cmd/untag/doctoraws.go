package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/logging"

	"untag/internal/doctor"
)

// reachAWS sets how AWS is reached, and takes what the flags leave open from the stack. It
// returns a report only if there is no such stack. Without a region there is no AWS.
func (f *doctorFlags) reachAWS(ctx context.Context) *doctor.Report {
	c, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}), config.WithHTTPClient(&http.Client{Transport: f.Clock.Transport("AWS")}))
	if err != nil || c.Region == "" {
		if f.stack == "" {
			return nil
		}
		return noStack("AWS is not configured", "set AWS_REGION and log in with the AWS CLI, or set AWS_PROFILE")
	}
	f.aws = c
	secrets := secretsmanager.NewFromConfig(c)
	f.Secrets = func(ctx context.Context, id string) ([]byte, error) { return readSecret(ctx, secrets, id) }
	f.Queues = sqs.NewFromConfig(c)
	alarms := alarmsOf{c, sns.NewFromConfig(c)}
	f.Alarms = alarms
	if f.stack == "" {
		return nil
	}
	if err := f.readStack(ctx, cloudformation.NewFromConfig(c)); err != nil {
		if strings.Contains(err.Error(), "does not exist") {
			return noStack(fmt.Sprintf("there is no stack %s in the region %s", f.stack, c.Region), "check the name; AWS_REGION or AWS_PROFILE choose another region or account")
		}
		return noStack(ofAWS(err).Error(), "grant cloudformation:DescribeStacks and cloudformation:ListStackResources")
	}
	if len(f.AlarmNames) == 0 {
		// CloudFormation names what it makes after the stack.
		f.AlarmNames = alarms.named(ctx, f.stack+"-")
	}
	return nil
}

func noStack(found, do string) *doctor.Report {
	return &doctor.Report{Lines: []doctor.Line{{Status: doctor.Fault, Check: "stack", Found: found, Do: do}}}
}

// readStack reads the outputs and parameters of the stack, and the names of its alarms.
func (f *doctorFlags) readStack(ctx context.Context, client *cloudformation.Client) error {
	out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &f.stack})
	if err != nil {
		return err
	}
	f.Stack = true
	values := make(map[string]string)
	for _, stack := range out.Stacks {
		for _, p := range stack.Parameters {
			values["parameter "+aws.ToString(p.ParameterKey)] = aws.ToString(p.ParameterValue)
		}
		for _, o := range stack.Outputs {
			values[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
		}
	}
	for name, into := range map[string]*string{
		"WebhookSecretArn": &f.WebhookSecretID, "ZohoSecretArn": &f.ZohoSecretID, "ZohoTokenSecretArn": &f.TokenSecretID,
		"QueueUrl": &f.QueueURL, "DeadLetterQueueUrl": &f.DeadLetterURL, "AlarmTopicArn": &f.AlarmTopic,
		"parameter ZohoApiVersion": &f.APIVersion, "parameter ZohoEnvironment": &f.Environment, "parameter PublicUrl": &f.PublicURL,
		"parameter RulesUrl": &f.rulesURL,
	} {
		if *into == "" {
			*into = values[name]
		}
	}
	if f.PublicURL == "" {
		f.PublicURL = values["WebhookUrl"]
	}
	for pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &f.stack}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, one := range page.StackResourceSummaries {
			if name := aws.ToString(one.PhysicalResourceId); name != "" && aws.ToString(one.ResourceType) == "AWS::CloudWatch::Alarm" {
				f.AlarmNames = append(f.AlarmNames, name)
			}
		}
	}
	return nil
}

// readSecret returns what a secret holds, as text or as bytes.
func readSecret(ctx context.Context, client *secretsmanager.Client, id string) ([]byte, error) {
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return nil, err
	}
	if out.SecretString != nil {
		return []byte(*out.SecretString), nil
	}
	return out.SecretBinary, nil
}
