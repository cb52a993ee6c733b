package awstest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/awstest"
)

const small = `
Parameters:
  Name: {Type: String, Default: ""}
  Sources: {Type: CommaDelimitedList, Default: ""}
  Address: {Type: String, Default: ""}
Conditions:
  Named: !Not [!Equals [!Ref Name, ""]]
  Both: !And [!Condition Named, !Not [!Equals [!Ref Address, ""]]]
  Listed: !Not [!Equals [!Join ["", !Ref Sources], ""]]
Resources:
  Queue: {Type: "AWS::SQS::Queue", Condition: Both}
  Rule: {Type: "AWS::Events::Rule", Condition: Listed, Properties: {Source: !Ref Sources}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: !Sub ["${AWS::StackName} of ${Name}, ${Part}", {Part: !Select [1, !Split ["//", !Sub "${Address}//"]]}]
      Path: !If [Named, !Ref Name, !Ref "AWS::NoValue"]
      Policies:
        - PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["sqs:SendMessage", "sqs:DeleteMessage"], Resource: [!GetAtt Queue.Arn, !Ref Queue]}
              - !If [Named, {Effect: Allow, Action: "s3:GetObject", Resource: "*"}, !Ref "AWS::NoValue"]
              - {Effect: Deny, Action: "s3:*", Resource: "*"}
`

func TestATemplateAsItIsDeployed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	sends := []string{"sqs:DeleteMessage Queue", "sqs:DeleteMessage Queue", "sqs:SendMessage Queue", "sqs:SendMessage Queue"}
	tests := map[string]struct {
		parameters        map[string]string
		queues, rules     []string
		description, path string
		allowed           []string
	}{
		"defaults":  {nil, nil, nil, "untag of , ", "", sends},
		"named":     {map[string]string{"Name": "n"}, nil, nil, "untag of n, ", "n", append([]string{"s3:GetObject *"}, sends...)},
		"addressed": {map[string]string{"Name": "n", "Address": "s3://b/k", "Sources": "a,b"}, []string{"Queue"}, []string{"Rule"}, "untag of n, b/k", "n", append([]string{"s3:GetObject *"}, sends...)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			stack, err := awstest.ReadTemplate(file, tt.parameters)
			if err != nil {
				t.Fatal(err)
			}
			role := stack.Resources["Role"].At("Properties")
			if role.At("Description").Text() != tt.description || role.At("Path").Text() != tt.path || role.At("Path").Missing() != (tt.path == "") {
				t.Errorf("description %q, path %q", role.At("Description").Text(), role.At("Path").Text())
			}
			for _, diff := range []string{
				cmp.Diff(tt.queues, stack.OfType("AWS::SQS::Queue")), cmp.Diff(tt.rules, stack.OfType("AWS::Events::Rule")), cmp.Diff(tt.allowed, stack.Allowed("Role")),
			} {
				if diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			}
			if sources := stack.Resources["Rule"].At("Properties", "Source").List(); len(tt.rules) > 0 && len(sources) != 2 {
				t.Errorf("%d sources, want two", len(sources))
			}
		})
	}
	if _, err := awstest.ReadTemplate(file, map[string]string{"Nobody": "x"}); err == nil {
		t.Error("a parameter that the template does not have is accepted")
	}
}
