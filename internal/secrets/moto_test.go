package secrets_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"untag/internal/awsenv"
	"untag/internal/secrets"
)

// moto returns a client of a local Secrets Manager, and the name of a secret in it.
func moto(t *testing.T, value *string) (*secretsmanager.Client, string) {
	t.Helper()
	endpoint := os.Getenv("UNTAG_TEST_AWS_ENDPOINT")
	if endpoint == "" {
		t.Skip("UNTAG_TEST_AWS_ENDPOINT is not set: `make test-aws` starts a server and sets it")
	}
	config, err := awsenv.Config(func(name string) string {
		return map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	client := secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) { o.BaseEndpoint = &endpoint })
	out, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("untag-" + uuid.NewString()), SecretString: value,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client, *out.ARN
}

func sharedOver(client *secretsmanager.Client, id string, z *zoho) *secrets.Shared {
	c := config(nil, z)
	c.Client, c.SecretID = client, id
	return secrets.NewShared(c)
}

func TestSharedOverSecretsManager(t *testing.T) {
	for name, value := range map[string]*string{"no version yet": nil, "empty": aws.String("{}"), "half written": aws.String(`{"access`)} {
		t.Run(name, func(t *testing.T) {
			client, id := moto(t, value)
			z := &zoho{}
			all := make([]*secrets.Shared, 20)
			for i := range all {
				all[i] = sharedOver(client, id, z)
			}
			wantTokens(t, all, "hush-1")
			wantMinted(t, z, 1)
			for want := int32(2); want <= 3; want++ {
				old, err := all[0].Token(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range all {
					s.Refused(t.Context(), old)
				}
				tokens, errs := ask(t.Context(), all)
				if len(errs) > 0 || len(tokens) != 1 {
					t.Errorf("tokens %v, errors %.3v, want one token", tokens, errs)
				}
				wantMinted(t, z, want)
			}
		})
	}
}

func TestRefusalOverSecretsManager(t *testing.T) {
	client, id := moto(t, nil)
	z := &zoho{}
	z.refuse(denied{retryable: true})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 3 {
		if _, err := sharedOver(client, id, z).Token(ctx); err == nil {
			t.Error("a token where Zoho issued none")
		}
	}
	wantMinted(t, z, 1)
}

func TestStoreOverSecretsManager(t *testing.T) {
	client, id := moto(t, aws.String(`{"zoho":["a-secret-of-the-tests","another-of-the-tests"]}`))
	got, err := secrets.New(secrets.Config{Client: client, WebhookSecretID: id}).WebhookSecrets(t.Context(), "zoho")
	if err != nil || len(got) != 2 {
		t.Errorf("WebhookSecrets = %v, %v, want two", got, err)
	}
	_, err = secrets.New(secrets.Config{Client: client, WebhookSecretID: "untag-gone"}).WebhookSecrets(t.Context(), "zoho")
	checkError(t, err, "untag-gone: cannot be read")
}
