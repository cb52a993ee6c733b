package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"untag/functions/removetags/handler"
	"untag/internal/awsenv"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/secrets"
	"untag/internal/webhook"
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

// eventQueueARN is the queue that the function takes batches from. There is none here:
// recorded batches are delivered as though they came from it.
const eventQueueARN = "arn:aws:sqs:eu-central-1:123456789012:untag-events"

// newLine wires the Lambda function's handler to an account, and records in the trace of
// each invocation what it does.
func newLine(set *rules.Rules, webhooks webhookSecrets, a account, log *slog.Logger) (*handler.Handler, error) {
	client, err := zoho.New(zoho.Config{
		APIURL: a.apiURL, Version: a.version,
		Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
			Credentials: a.credentials, Environment: a.environment, AccountsURL: a.accountsURL, APIURL: a.apiURL,
			Report: func(message string) { log.Warn("zoho", "reason", message) },
		})),
	})
	if err != nil {
		return nil, err
	}
	return handler.New(handler.Config{
		Rules:         set,
		Receiver:      webhook.New(webhook.Config{Sources: set.Sources(), Secrets: webhooks, AllowDemo: a.simulated}),
		Pipeline:      recorder{pipeline.New(pipeline.Config{Rules: set, CRM: client})},
		EventQueueARN: eventQueueARN,
		Log:           slog.New(reasons{log.Handler()}),
	}), nil
}

// readRules reads a rules file; its error lists every fault.
func readRules(file string) (*rules.Rules, error) {
	data, err := readFile("rules", "name another with --rules", file)
	if err != nil {
		return nil, err
	}
	set, found := rules.LoadFor(data, zoho.HasModule(os.Getenv("ZOHO_API_VERSION")))
	if set != nil {
		return set, nil
	}
	lines := faultLines{"the rules cannot be used:"}
	for _, f := range found {
		if f.Severity == rules.SeverityError {
			lines = append(lines, clean(file+":"+f.String()))
		}
	}
	return nil, lines
}

// realAccount takes the credential from Secrets Manager if ZOHO_SECRET_ID names it,
// otherwise from the environment.
func realAccount(getenv func(string) string) (account, error) {
	a := account{
		apiURL: getenv("ZOHO_API_URL"), accountsURL: getenv("ZOHO_ACCOUNTS_URL"),
		version: getenv("ZOHO_API_VERSION"), environment: getenv("ZOHO_ENVIRONMENT"),
	}
	if err := zoho.CheckEnvironment(a.environment); err != nil {
		return a, fmt.Errorf("ZOHO_ENVIRONMENT: %w", err)
	}
	if id := getenv("ZOHO_SECRET_ID"); id != "" {
		config, err := awsenv.Config(getenv)
		if err != nil {
			return a, err
		}
		store := secrets.New(secrets.Config{ZohoSecretID: id, Client: secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) {
			o.BaseEndpoint = awsenv.Endpoint(getenv, "SECRETS_MANAGER")
		})})
		a.credentials = store.ZohoCredentials
		return a, nil
	}
	c := zohoauth.Credentials{
		ClientID: getenv("ZOHO_CLIENT_ID"), ClientSecret: getenv("ZOHO_CLIENT_SECRET"),
		RefreshToken: getenv("ZOHO_REFRESH_TOKEN"), DataCenter: getenv("ZOHO_DATA_CENTER"),
	}
	if c.ClientID == "" || c.ClientSecret == "" || c.RefreshToken == "" || c.DataCenter == "" {
		return a, errors.New("--zoho needs a credential: set ZOHO_SECRET_ID, or ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER")
	}
	if _, err := zoho.LookupDataCenter(c.DataCenter); err != nil {
		return a, fmt.Errorf("ZOHO_DATA_CENTER: %w", err)
	}
	a.credentials = func(context.Context) (zohoauth.Credentials, error) { return c, nil }
	return a, nil
}

// logger writes the function's log, at LOG_LEVEL or, with verbose, at info. Without
// either, it writes nothing.
func logger(w io.Writer, getenv func(string) string, verbose bool) (*slog.Logger, error) {
	level := slog.LevelInfo
	if text := getenv("LOG_LEVEL"); text != "" {
		verbose = true
		if err := level.UnmarshalText([]byte(text)); err != nil {
			return nil, fmt.Errorf("LOG_LEVEL: %q is not a level; use debug, info, warn or error", text)
		}
	}
	if !verbose {
		return slog.New(slog.DiscardHandler), nil
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})), nil
}

// statusText returns an HTTP status with its name, such as "404 Not Found".
func statusText(status int) string {
	return fmt.Sprintf("%d %s", status, http.StatusText(status))
}
