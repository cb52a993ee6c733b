package main

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/smithy-go"

	"untag/internal/awstest"
)

// TestWhatAnUnverifiedRequestLogs: one line of at most 512 bytes, even while the secrets
// cannot be read and AWS answers with a long error.
func TestWhatAnUnverifiedRequestLogs(t *testing.T) {
	const secretARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:WebhookSecret-1A2b3C4d5E6f-aBcDeF"
	forbidden := &smithy.OperationError{ServiceID: "Secrets Manager", OperationName: "GetSecretValue", Err: &smithy.GenericAPIError{
		Code: "AccessDeniedException", Message: "User: arn:aws:sts::123456789012:assumed-role/untag-RemoveTagsFunctionRole-1A2b3C4d5E6f/untag-RemoveTagsFunction-1A2b3C4d5E6f is not authorized to perform: secretsmanager:GetSecretValue on resource: " + secretARN + " because no identity-based policy allows the secretsmanager:GetSecretValue action",
	}}
	for name, tt := range map[string]struct {
		err  error
		says string
	}{
		"readable":    {nil, "the token"},
		"forbidden":   {forbidden, "AccessDeniedException"},
		"unreachable": {errors.New("dial tcp: " + strings.Repeat("no route to host; ", 100)), "dial tcp"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				secret := awstest.NewSecret(`{"zoho":"` + token + `"}`)
				secret.GetErr = func(int) error { return tt.err }
				vault := awstest.Secrets{secretARN: secret}
				outside := remote{secrets: secretsManager{get: vault.GetSecretValue, put: vault.PutSecretValue}}
				env := map[string]string{"WEBHOOK_SECRET_ID": secretARN, "QUEUE_URL": eventsURL, "RULES_FILE": "../../test/starter/rules.yaml"}
				getenv := func(name string) string { return env[name] }
				c, err := readConfig(getenv, nil)
				if err != nil {
					t.Fatal(err)
				}
				var text bytes.Buffer
				log := newLog(&text, slog.LevelDebug)
				h, err := build(c, newStore(outside, getenv, log), outside, log)
				if err != nil {
					t.Fatal(err)
				}
				ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "8f6b2b1a-3c1e-4a51-9b3c-7a4d6c1e2f3a"})
				for range 2 {
					text.Reset()
					answer, err := h.Invoke(ctx, []byte(`{"version":"2.0","rawPath":"/webhooks/zoho","headers":{"x-webhook-token":"wrong"},"requestContext":{"http":{"method":"POST"}}}`))
					synctest.Wait()
					if err != nil || strings.Count(text.String(), "\n") != 1 || text.Len() > 512 || !strings.Contains(text.String(), tt.says) {
						t.Errorf("Invoke = %s, %v; the log has %d bytes, want one line that says %q: %s", answer, err, text.Len(), tt.says, &text)
					}
					time.Sleep(time.Minute)
				}
			})
		})
	}
}
