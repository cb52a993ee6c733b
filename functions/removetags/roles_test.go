package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/awstest"
)

// deployed returns the template with some parameters, given as "Name=value".
func deployed(t *testing.T, parameters ...string) *awstest.Template {
	t.Helper()
	values := make(map[string]string)
	for _, p := range parameters {
		name, value, _ := strings.Cut(p, "=")
		values[name] = value
	}
	stack, err := awstest.ReadTemplate("../../template.yaml", values)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// What each function may do, without any choice. test/aws compares the same template with the
// calls that the functions make.
var (
	logsOfReceiver = []string{"logs:CreateLogStream RemoveTagsLogs", "logs:PutLogEvents RemoveTagsLogs"}
	actsOnZoho     = []string{
		"secretsmanager:GetSecretValue ZohoSecret", "secretsmanager:GetSecretValue ZohoTokenSecret", "secretsmanager:PutSecretValue ZohoTokenSecret",
	}
	atOnce = slices.Concat(logsOfReceiver, actsOnZoho, []string{"secretsmanager:GetSecretValue WebhookSecret"})
	stores = slices.Concat(logsOfReceiver, []string{"secretsmanager:GetSecretValue WebhookSecret", "sqs:SendMessage EventQueue"})
	acts   = slices.Concat(actsOnZoho, []string{
		"logs:CreateLogStream WorkerLogs", "logs:PutLogEvents WorkerLogs",
		"sqs:ReceiveMessage EventQueue", "sqs:DeleteMessage EventQueue", "sqs:GetQueueAttributes EventQueue", "sqs:ChangeMessageVisibility EventQueue",
		"sqs:SendMessage EventQueue", "sqs:SendMessage DeadLetterQueue",
	})
)

// TestTheRolesAllowOnlyWhatTheFunctionsDo lists every action with its resource, for each choice
// that changes them.
func TestTheRolesAllowOnlyWhatTheFunctionsDo(t *testing.T) {
	const key = "arn:aws:kms:eu-central-1:123456789012:key/one"
	const object = "arn:aws:s3:::rules-bucket/untag/rules.yaml"
	const configuration = "arn:aws:appconfig:eu-central-1:123456789012:application/a1/environment/e2/configuration/c3"
	tests := map[string]struct {
		parameters []string
		want       map[string][]string
	}{
		"at once":     {nil, map[string][]string{"RemoveTagsRole": atOnce}},
		"queued":      {[]string{"Delivery=Queued"}, map[string][]string{"RemoveTagsRole": stores, "WorkerRole": acts}},
		"own key":     {[]string{"Delivery=Queued", "KmsKey=" + key}, both("kms:Decrypt "+key, "kms:GenerateDataKey "+key)},
		"created key": {[]string{"Delivery=Queued", "KmsKey=create"}, both("kms:Decrypt Key", "kms:GenerateDataKey Key")},
		"rules in S3": {[]string{"Delivery=Queued", "RulesUrl=s3://rules-bucket/untag/rules.yaml"}, both("s3:GetObject " + object)},
		"rules in AppConfig": {[]string{"Delivery=Queued", "RulesUrl=http://localhost:2772/applications/a1/environments/e2/configurations/c3"},
			both("appconfig:GetLatestConfiguration "+configuration, "appconfig:StartConfigurationSession "+configuration)},
		"traced": {[]string{"Delivery=Queued", "Tracing=Active"}, both("xray:PutTelemetryRecords *", "xray:PutTraceSegments *")},
		"renewing": {[]string{"Delivery=Queued", "RenewNotifications=true"}, map[string][]string{
			"RemoveTagsRole": stores, "WorkerRole": acts, "RenewalRole": {"lambda:InvokeFunction WorkerFunction"}}},
		"renewing at once": {[]string{"RenewNotifications=true"}, map[string][]string{
			"RemoveTagsRole": atOnce, "RenewalRole": {"lambda:InvokeFunction RemoveTagsFunction"}}},
		"audit to S3": {[]string{"AuditBucketName=keep"}, map[string][]string{
			"RemoveTagsRole":        atOnce,
			"AuditSubscriptionRole": {"firehose:PutRecord AuditStream", "firehose:PutRecordBatch AuditStream"},
			"AuditStreamRole": {
				"s3:AbortMultipartUpload arn:aws:s3:::keep/audit-errors/*", "s3:AbortMultipartUpload arn:aws:s3:::keep/audit/*",
				"s3:GetBucketLocation arn:aws:s3:::keep", "s3:ListBucket arn:aws:s3:::keep", "s3:ListBucketMultipartUploads arn:aws:s3:::keep",
				"s3:PutObject arn:aws:s3:::keep/audit-errors/*", "s3:PutObject arn:aws:s3:::keep/audit/*",
			}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			stack := deployed(t, tt.parameters...)
			got := make(map[string][]string)
			for _, role := range stack.OfType("AWS::IAM::Role") {
				got[role] = stack.Allowed(role)
			}
			want := make(map[string][]string)
			for role, actions := range tt.want {
				want[role] = slices.Sorted(slices.Values(actions))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the roles: -want +got\n%s", diff)
			}
		})
	}
}

// both returns what the two functions of a queue may do, with more for both.
func both(more ...string) map[string][]string {
	return map[string][]string{"RemoveTagsRole": slices.Concat(stores, more), "WorkerRole": slices.Concat(acts, more)}
}

// TestEveryFunctionHasItsRole: without one, SAM would write a role of its own.
func TestEveryFunctionHasItsRole(t *testing.T) {
	stack := deployed(t, "Delivery=Queued", "PermissionsBoundaryArn=arn:aws:iam::123456789012:policy/limit", "RolePath=/untag/",
		"RenewNotifications=true", "AuditBucketName=keep")
	for function, role := range map[string]string{"RemoveTagsFunction": "RemoveTagsRole", "WorkerFunction": "WorkerRole"} {
		properties := stack.Resources[function].At("Properties")
		if got := properties.At("Role").Text(); got != role {
			t.Errorf("%s has the role %q, want %s", function, got, role)
		}
		if !properties.At("Policies").Missing() {
			t.Errorf("%s has policies besides its role", function)
		}
	}
	for _, name := range stack.OfType("AWS::IAM::Role") {
		role := stack.Resources[name].At("Properties")
		if role.At("PermissionsBoundary").Text() != "arn:aws:iam::123456789012:policy/limit" || role.At("Path").Text() != "/untag/" {
			t.Errorf("%s does not have the boundary and the path of the parameters", name)
		}
		if !role.At("ManagedPolicyArns").Missing() {
			t.Errorf("%s has managed policies, which allow more than is written here", name)
		}
	}
	for _, name := range deployed(t, "Delivery=Queued").OfType("AWS::IAM::Role") {
		if !deployed(t, "Delivery=Queued").Resources[name].At("Properties", "PermissionsBoundary").Missing() {
			t.Errorf("%s has a boundary that nobody asked for", name)
		}
	}
}
