package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/metrics"
)

// TestWhatOutlivesTheStack: secrets were entered by hand, events were answered with 202, and
// the logs of the functions are the audit.
func TestWhatOutlivesTheStack(t *testing.T) {
	stack := deployed(t, "Delivery=Queued", "KmsKey=create", "RenewNotifications=true", "AlarmEmail=ops@example.com")
	var kept []string
	for name, r := range stack.Resources {
		deleted, replaced := r.At("DeletionPolicy").Text(), r.At("UpdateReplacePolicy").Text()
		if (deleted == "Retain") != (replaced == "Retain") {
			t.Errorf("%s: DeletionPolicy %q, UpdateReplacePolicy %q, want the same", name, deleted, replaced)
		}
		if deleted == "Retain" {
			kept = append(kept, name)
			for _, property := range []string{"QueueName", "LogGroupName", "Name"} {
				if !r.At("Properties", property).Missing() {
					t.Errorf("%s outlives the stack and has a %s, which the next deployment would find taken", name, property)
				}
			}
		}
	}
	slices.Sort(kept)
	want := []string{"DeadLetterQueue", "EventQueue", "Key", "QueuePolicy", "RemoveTagsLogs", "WebhookSecret", "WorkerLogs", "ZohoSecret", "ZohoTokenSecret"}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("what is kept: -want +got\n%s", diff)
	}
}

// TestOneKeyEncryptsAll: by choice, one key of the customer encrypts whatever holds secrets,
// events or logs.
func TestOneKeyEncryptsAll(t *testing.T) {
	const arn = "arn:aws:kms:eu-central-1:123456789012:key/one"
	property := map[string]string{"AWS::SecretsManager::Secret": "KmsKeyId", "AWS::SQS::Queue": "KmsMasterKeyId", "AWS::Logs::LogGroup": "KmsKeyId"}
	for choice, want := range map[string]string{"": "", arn: arn, "create": "Key"} {
		stack := deployed(t, "Delivery=Queued", "KmsKey="+choice)
		for kind, name := range property {
			for _, resource := range stack.OfType(kind) {
				if got := stack.Resources[resource].At("Properties", name).Text(); got != want {
					t.Errorf("KmsKey=%s: %s has the %s %q, want %q", choice, resource, name, got, want)
				}
			}
		}
		for _, queue := range stack.OfType("AWS::SQS::Queue") {
			if managed := stack.Resources[queue].At("Properties", "SqsManagedSseEnabled").Text(); (managed == "true") != (choice == "") {
				t.Errorf("KmsKey=%s: %s has SqsManagedSseEnabled %q", choice, queue, managed)
			}
		}
		if created := len(stack.OfType("AWS::KMS::Key")); (created == 1) != (choice == "create") {
			t.Errorf("KmsKey=%s: %d keys are created", choice, created)
		}
	}
	policy := deployed(t, "KmsKey=create").Resources["Key"].At("Properties", "KeyPolicy", "Statement").List()
	if len(policy) != 2 || policy[1].At("Principal", "Service").Text() != "logs.eu-central-1.amazonaws.com" {
		t.Errorf("the policy of the key must let the account and CloudWatch Logs use it, found %d statements", len(policy))
	}
}

// TestQueuesAcceptOnlyTLS: a policy denies all else, for both queues.
func TestQueuesAcceptOnlyTLS(t *testing.T) {
	policy := deployed(t, "Delivery=Queued").Resources["QueuePolicy"].At("Properties")
	var queues []string
	for _, q := range policy.At("Queues").List() {
		queues = append(queues, q.Text())
	}
	if diff := cmp.Diff([]string{"EventQueue", "DeadLetterQueue"}, queues); diff != "" {
		t.Errorf("queues: -want +got\n%s", diff)
	}
	statements := policy.At("PolicyDocument", "Statement").List()
	if len(statements) != 1 || statements[0].At("Effect").Text() != "Deny" || statements[0].At("Action").Text() != "sqs:*" ||
		statements[0].At("Condition", "Bool", "aws:SecureTransport").Text() != "false" {
		t.Errorf("the policy does not deny everything without TLS: %v", statements)
	}
}

// TestEveryAlarmReachesSomebody: each alarm notifies one topic when it goes off and when it is
// over, and the topic has the address.
func TestEveryAlarmReachesSomebody(t *testing.T) {
	const arn = "arn:aws:sns:eu-central-1:123456789012:ours"
	for topic, want := range map[string]string{"": "AlarmTopic", arn: arn} {
		stack := deployed(t, "Delivery=Queued", "RenewNotifications=true", "AlarmEmail=ops@example.com", "AlarmTopicArn="+topic)
		alarms := stack.OfType("AWS::CloudWatch::Alarm")
		if len(alarms) != 9 {
			t.Errorf("%d alarms: %v", len(alarms), alarms)
		}
		for _, name := range alarms {
			alarm := stack.Resources[name].At("Properties")
			for _, actions := range []string{"AlarmActions", "OKActions"} {
				if list := alarm.At(actions).List(); len(list) != 1 || list[0].Text() != want {
					t.Errorf("AlarmTopicArn=%s: %s of %s: %v, want %s", topic, actions, name, list, want)
				}
			}
			if !strings.Contains(alarm.At("AlarmDescription").Text(), "docs/operate.md") {
				t.Errorf("%s does not say where to read on", name)
			}
		}
		if subscribed := stack.Resources["AlarmSubscription"].At("Properties"); subscribed.At("TopicArn").Text() != want || subscribed.At("Endpoint").Text() != "ops@example.com" {
			t.Errorf("AlarmTopicArn=%s: the subscription is for %s", topic, subscribed.At("TopicArn").Text())
		}
		if created := len(stack.OfType("AWS::SNS::Topic")); (created == 1) != (topic == "") {
			t.Errorf("AlarmTopicArn=%s: %d topics are created", topic, created)
		}
	}
}

// TestChoicesAreNotMade: without a parameter that asks for it, nothing of this is there.
func TestChoicesAreNotMade(t *testing.T) {
	choices := map[string][]string{
		"AlarmEmail=ops@example.com":     {"AWS::SNS::Subscription"},
		"KmsKey=create":                  {"AWS::KMS::Key"},
		"EventBridgeSources=aws.partner": {"AWS::Events::Rule", "AWS::Lambda::Permission"},
		"DomainName=hooks.example.com":   {"AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping"},
		"RenewNotifications=true":        {"AWS::Scheduler::Schedule", "AWS::Scheduler::ScheduleGroup"},
		"AuditBucketName=keep":           {"AWS::KinesisFirehose::DeliveryStream", "AWS::Logs::SubscriptionFilter"},
		"Delivery=Queued":                {"AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::Lambda::EventSourceMapping"},
	}
	without := deployed(t)
	for choice, kinds := range choices {
		with := deployed(t, choice)
		for _, kind := range kinds {
			if len(without.OfType(kind)) != 0 || len(with.OfType(kind)) == 0 {
				t.Errorf("%s: %d %s, and %d without it", choice, len(with.OfType(kind)), kind, len(without.OfType(kind)))
			}
		}
	}
	if zone := deployed(t, "DomainZoneId=Z1"); len(zone.OfType("AWS::Route53::RecordSet")) != 0 {
		t.Error("a DNS record is created without a domain")
	}
}

// TestTheScheduleRenews: the function that has the Zoho credential gets the invocation that
// renews.
func TestTheScheduleRenews(t *testing.T) {
	for delivery, want := range map[string]string{"AtOnce": "RemoveTagsFunction", "Queued": "WorkerFunction"} {
		target := deployed(t, "Delivery="+delivery, "RenewNotifications=true").Resources["RenewalSchedule"].At("Properties", "Target")
		if target.At("Arn").Text() != want || target.At("Input").Text() != `{"untag":"renew-watches"}` || target.At("RoleArn").Text() != "RenewalRole" {
			t.Errorf("%s: the schedule calls %s with %s as %s", delivery, target.At("Arn").Text(), target.At("Input").Text(), target.At("RoleArn").Text())
		}
	}
}

// TestBothFunctionsGetTheSameSettings: what a parameter sets must not differ between the
// function that stores events and the one that acts on them.
func TestBothFunctionsGetTheSameSettings(t *testing.T) {
	stack := deployed(t, "Delivery=Queued", "DryRun=true", "ReadBeforeRemove=true", "RulesUrl=s3://bucket/rules.yaml", "LogLevel=debug")
	for name, want := range map[string]string{
		"DRY_RUN": "true", "READ_BEFORE_REMOVE": "true", "RULES_URL": "s3://bucket/rules.yaml", "LOG_LEVEL": "debug", "METRICS_NAMESPACE": "untag/untag",
	} {
		for _, function := range []string{"RemoveTagsFunction", "WorkerFunction"} {
			if got := stack.Resources[function].At("Properties", "Environment", "Variables", name).Text(); got != want {
				t.Errorf("%s of %s is %q, want %q", name, function, got, want)
			}
		}
	}
}

// TestTheDashboardIsJSON: CloudFormation does not look into it.
func TestTheDashboardIsJSON(t *testing.T) {
	for _, parameters := range [][]string{nil, {"Delivery=Queued"}, {"Delivery=Queued", "RenewNotifications=true"}} {
		stack := deployed(t, parameters...)
		var body struct {
			Widgets []struct {
				Properties struct {
					Title   string
					Alarms  []string
					Metrics []any
				}
			}
		}
		text := stack.Resources["Dashboard"].At("Properties", "DashboardBody").Text()
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatalf("%v: %v\n%s", parameters, err, text)
		}
		if len(body.Widgets) != 13 || len(body.Widgets[0].Properties.Alarms) != len(stack.OfType("AWS::CloudWatch::Alarm")) {
			t.Errorf("%v: %d widgets, the first with the alarms %v", parameters, len(body.Widgets), body.Widgets[0].Properties.Alarms)
		}
		for _, w := range body.Widgets[1:] {
			if len(w.Properties.Metrics) == 0 || w.Properties.Title == "" {
				t.Errorf("%v: the widget %q shows nothing", parameters, w.Properties.Title)
			}
		}
	}
}

// TestTheDashboardShowsEveryMetric: and no metric that nobody writes.
func TestTheDashboardShowsEveryMetric(t *testing.T) {
	text := deployed(t).Resources["Dashboard"].At("Properties", "DashboardBody").Text()
	for _, name := range []string{
		metrics.Received, metrics.Removed, metrics.Observed, metrics.ZohoCalls, metrics.RecordsPerCall, metrics.TokenMints, metrics.CreditsLeft, metrics.EventAge,
		metrics.Refused, metrics.ZohoFailures,
	} {
		if !strings.Contains(text, `"`+name+`"`) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
	for metric, dimension := range map[string]string{metrics.Refused: "Reason", metrics.Matched: "Rule", metrics.ZohoFailures: "Code", metrics.FailedRemovals: "Code"} {
		if search := `{\"untag/untag\",` + dimension + `} MetricName=\"` + metric + `\"`; !strings.Contains(text, search) {
			t.Errorf("the dashboard does not search for %s", search)
		}
	}
}
