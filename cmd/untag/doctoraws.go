package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/logging"

	"untag/internal/doctor"
)

// dialTimeout and answerTimeout bound a try to reach AWS, of which there are awsTries.
const (
	dialTimeout, answerTimeout = 5 * time.Second, 20 * time.Second
	awsTries                   = 2
)

// loadAWS reads the configuration of AWS that the AWS CLI uses. Its error says why there is none.
func (f *doctorFlags) loadAWS(ctx context.Context) (aws.Config, error) {
	// The configuration may add certificates of a proxy (AWS_CA_BUNDLE), which it can do to a
	// client of this kind only.
	client := awshttp.NewBuildableClient().WithTimeout(answerTimeout).WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout })
	c, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}), config.WithHTTPClient(client), config.WithRetryMaxAttempts(awsTries))
	switch {
	case err != nil:
		return c, fmt.Errorf("the configuration of AWS cannot be used: %w", err)
	case c.Region == "":
		return c, errors.New("AWS is not configured: no region is set")
	}
	c.HTTPClient = f.Clock.Client("AWS", c.HTTPClient)
	return c, nil
}

// reachAWS sets how AWS is reached, and takes what the flags leave open from the stack. It
// returns a report only if there is no such stack. Without a region there is no AWS.
func (f *doctorFlags) reachAWS(ctx context.Context) *doctor.Report {
	c, err := f.loadAWS(ctx)
	if err != nil {
		if f.NoAWS = err.Error(); f.stack == "" {
			return nil
		}
		return f.noStack(f.NoAWS, doctor.LogIn)
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
			return f.noStack(fmt.Sprintf("there is no stack %s in the region %s", f.stack, c.Region), "check the name; AWS_REGION or AWS_PROFILE choose another region or account")
		}
		found, do := doctor.Problem(err, "cloudformation:DescribeStacks and cloudformation:ListStackResources", "check the name of the stack, and the region")
		return f.noStack(fmt.Sprintf("the stack %s cannot be looked at: %s", f.stack, found), do)
	}
	if len(f.AlarmNames) == 0 {
		// CloudFormation names what it makes after the stack.
		f.AlarmNames = alarms.named(ctx, f.stack+"-")
	}
	return nil
}

// noStack reports that the stack cannot be looked at. The clock may be why.
func (f *doctorFlags) noStack(found, do string) *doctor.Report {
	r := new(doctor.Report)
	r.Add(doctor.Fault, "stack", found, do)
	f.Clock.Check(r)
	return r
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
	f.Queued = values["parameter Delivery"] == "Queued"
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
