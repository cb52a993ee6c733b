package secrets_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"untag/internal/awstest"
	"untag/internal/secrets"
)

// slow is one instance's connection to Secrets Manager. It reads claims and writes everything
// as slowly as a client that must retry; or it writes nothing but the claim.
type slow struct {
	*awstest.Secret
	read, write time.Duration
	claimsOnly  bool
}

func (s *slow) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if *in.VersionStage != "AWSCURRENT" {
		time.Sleep(s.read)
	}
	return s.Secret.GetSecretValue(ctx, in, o...)
}

func (s *slow) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if s.claimsOnly && strings.Contains(*in.SecretString, "access_token") {
		return nil, awstest.Throttled()
	}
	select {
	case <-time.After(s.write):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.Secret.PutSecretValue(ctx, in, o...)
}

func over(client *slow, z *zoho) *secrets.Shared {
	c := config(client.Secret, z)
	c.Client = client
	return secrets.NewShared(c)
}

// TestAClaimIsReadLongAfterTheToken: by then the claim has expired, and its token has been
// stored.
func TestAClaimIsReadLongAfterTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{takes: 34 * time.Second}
		go func() { _, _ = instance(f, z).Token(t.Context()) }()
		time.Sleep(33 * time.Second)
		token, err := over(&slow{Secret: f, read: 28 * time.Second}, z).Token(t.Context())
		if err != nil || token.AccessToken != "hush-1" {
			t.Errorf("Token = %v, %v, want the one that the other minted", token, err)
		}
		wantMinted(t, z, 1)
	})
}

// TestMintingEndsBeforeTheClaimDoes: a slow instance gives up before another takes over.
func TestMintingEndsBeforeTheClaimDoes(t *testing.T) {
	t.Run("the claim was written slowly", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f, z := awstest.NewSecret("{}"), &zoho{takes: 34 * time.Second}
			go func() { _, _ = over(&slow{Secret: f, write: 31 * time.Second}, z).Token(t.Context()) }()
			time.Sleep(32 * time.Second)
			wantTokens(t, instances(5, f, z), "hush-1")
			wantMinted(t, z, 1)
		})
	})
	t.Run("Zoho is silent", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f, z := awstest.NewSecret("{}"), &zoho{takes: time.Hour}
			start := time.Now()
			_, err := instance(f, z).Token(t.Context())
			if d := time.Since(start); err == nil || d > 40*time.Second || f.Written() != 2 {
				t.Errorf("Token = %v after %v, %d versions written, want a refusal in forty seconds", err, d, f.Written())
			}
		})
	})
}

// TestATokenThatIsStoredTooLate: by then another instance has taken over, and its token stays.
func TestATokenThatIsStoredTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		client := &slow{Secret: f, claimsOnly: true}
		late := over(client, z)
		wantTokens(t, []*secrets.Shared{late}, "hush-1")
		wantTokens(t, instances(5, f, z), "hush-2") // a minute later
		client.claimsOnly = false
		_, _ = late.Token(t.Context()) // looks, and stores what it may
		if !strings.Contains(f.Current(), "hush-2") {
			t.Errorf("stored %s, want the later token", f.Current())
		}
	})
}
