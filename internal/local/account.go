package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go/logging"

	"untag/internal/secrets"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// account is a Zoho account.
type account struct {
	// simulated says that it is not a real account, so that nothing can be lost there.
	simulated           bool
	credentials         func(context.Context) (zohoauth.Credentials, error)
	apiURL, accountsURL string
	version             string
	environment         string
}

// Client returns a client of the account that the environment names, as realAccount finds it.
func Client(ctx context.Context, getenv func(string) string) (*zoho.Client, error) {
	a, err := realAccount(ctx, getenv)
	if err != nil {
		return nil, err
	}
	return a.client(func(string) {}, nil)
}

// client returns a client of the account, whose API calls use the HTTP client; nil means the
// default one.
func (a account) client(report func(message string), calls *http.Client) (*zoho.Client, error) {
	return zoho.New(zoho.Config{
		APIURL: a.apiURL, Version: a.version, HTTP: calls,
		Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
			Credentials: a.credentials, Environment: a.environment, AccountsURL: a.accountsURL, APIURL: a.apiURL, Report: report,
		})),
	})
}

// realAccount takes the credential from Secrets Manager if ZOHO_SECRET_ID names it,
// otherwise from the environment.
func realAccount(ctx context.Context, getenv func(string) string) (account, error) {
	a := account{
		apiURL: getenv("ZOHO_API_URL"), accountsURL: getenv("ZOHO_ACCOUNTS_URL"),
		version: getenv("ZOHO_API_VERSION"), environment: getenv("ZOHO_ENVIRONMENT"),
	}
	if err := zoho.CheckEnvironment(a.environment); err != nil {
		return a, fmt.Errorf("ZOHO_ENVIRONMENT: %w", err)
	}
	if id := getenv("ZOHO_SECRET_ID"); id != "" {
		// People have profiles, which a function does not.
		c, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
		if err != nil {
			return a, fmt.Errorf("read the AWS configuration: %w", err)
		}
		if c.Region == "" {
			return a, errors.New("AWS_REGION: not set, and the AWS configuration names no region")
		}
		store := secrets.New(secrets.Config{ZohoSecretID: id, Client: secretsmanager.NewFromConfig(c)})
		a.credentials = store.ZohoCredentials
		return a, nil
	}
	c := zohoauth.Credentials{
		ClientID: getenv("ZOHO_CLIENT_ID"), ClientSecret: getenv("ZOHO_CLIENT_SECRET"),
		RefreshToken: getenv("ZOHO_REFRESH_TOKEN"), DataCenter: getenv("ZOHO_DATA_CENTER"),
	}
	if c.ClientID == "" || c.ClientSecret == "" || c.RefreshToken == "" || c.DataCenter == "" {
		return a, errors.New("this needs a credential of Zoho: set ZOHO_SECRET_ID, or ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER")
	}
	if _, err := zoho.LookupDataCenter(c.DataCenter); err != nil {
		return a, fmt.Errorf("ZOHO_DATA_CENTER: %w", err)
	}
	a.credentials = func(context.Context) (zohoauth.Credentials, error) { return c, nil }
	return a, nil
}
