package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"untag/internal/awsenv"
	"untag/internal/doctor"
	"untag/internal/rules"
	"untag/internal/rulesurl"
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

type doctorFlags struct {
	doctor.Setup
	rules, stack, rulesURL string
	// named says that the rules file was named with --rules.
	named, json bool
	aws         aws.Config
}

func newDoctor() *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use: "doctor", Short: "Check a deployment or a local set-up: what is wrong, and what to do", Args: cobra.NoArgs,
		Long: `Check a deployment, or a set-up on this computer. Each line says ok, warning or fault, and
what to do:

  rules            the rules file can be used
  webhook secrets  there is a usable one for each source
  Zoho             the credential, a token, its scopes, data center and environment
  names            each module, field and tag that the rules name exists in the account
  notifications    those that the rules declare are enabled
  webhooks         those of Zoho's workflow rules that failed in the last 30 days
  queue            the queue and the dead letters
  alarms           there are some, and somebody is notified
  clock            this computer's, against that of AWS and Zoho

--stack NAME finds all of it through the stack's outputs. Otherwise name it as the function
reads it, in the environment or with flags. Without a stack, the Zoho credential may also be
in ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET, ZOHO_REFRESH_TOKEN and ZOHO_DATA_CENTER. The rules
are those of --rules or RULES_URL (the parameter RulesUrl of the stack), otherwise those of
rules.yaml, which should be the deployed ones. Nothing is changed, but Zoho issues
an access token, of which there are ten in ten minutes.

Exit codes: 0: no fault; 1: a fault; 2: wrong usage, or a rules file that cannot be read.`,
		Example: `  untag doctor --stack untag
  untag doctor --rules rules.yaml --secrets my-webhook-secrets.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			f.named = c.Flags().Changed("rules")
			r, err := f.examine(c.Context())
			if err != nil {
				return err
			}
			if f.json {
				err = r.PrintJSON(c.OutOrStdout())
			} else {
				err = r.Print(c.OutOrStdout())
			}
			if err == nil && r.Count(doctor.Fault) > 0 {
				err = terminal.AnswerIsNo("")
			}
			return err
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.stack, "stack", "", "name of the stack to check")
	flags.StringVar(&f.rules, "rules", "rules.yaml", "rules file")
	flags.StringVar(&f.WebhookFile, "secrets", "", "JSON file of webhook secrets")
	flags.BoolVar(&f.json, "json", false, "print as one line of JSON")
	for name, one := range f.settings() {
		flags.StringVar(one.into, name, os.Getenv(one.variable), one.about+" ("+one.variable+")")
	}
	return c
}

// setting is a setting of the function that a flag can name, too.
type setting struct {
	into            *string
	variable, about string
}

func (f *doctorFlags) settings() map[string]setting {
	return map[string]setting{
		"webhook-secret-id":     {&f.WebhookSecretID, "WEBHOOK_SECRET_ID", "secret of AWS Secrets Manager with the webhook secrets"},
		"zoho-secret-id":        {&f.ZohoSecretID, "ZOHO_SECRET_ID", "secret with the Zoho credential"},
		"zoho-token-secret-id":  {&f.TokenSecretID, "ZOHO_TOKEN_SECRET_ID", "secret with the shared access token"},
		"queue-url":             {&f.QueueURL, "QUEUE_URL", "the queue"},
		"dead-letter-queue-url": {&f.DeadLetterURL, "DEAD_LETTER_QUEUE_URL", "the dead-letter queue"},
		"alarm-topic-arn":       {&f.AlarmTopic, "ALARM_TOPIC_ARN", "topic that the alarms notify"},
		"public-url":            {&f.PublicURL, "PUBLIC_URL", "address that senders call"},
		"rules-url":             {&f.rulesURL, "RULES_URL", "where the function reads its rules, unless --rules names a file"},
		"api-version":           {&f.APIVersion, "ZOHO_API_VERSION", "version of Zoho's API, v2 to v8"},
		"environment":           {&f.Environment, "ZOHO_ENVIRONMENT", "environment of the Zoho organization, unless the credential has one"},
	}
}

func (f *doctorFlags) examine(ctx context.Context) (*doctor.Report, error) {
	if err := zoho.CheckEnvironment(f.Environment); err != nil {
		return nil, err
	}
	if f.APIVersion != "" {
		if err := zoho.CheckVersion(f.APIVersion); err != nil {
			return nil, err
		}
	}
	f.Clock = new(doctor.Clock)
	f.APIURL, f.AccountsURL = os.Getenv("ZOHO_API_URL"), os.Getenv("ZOHO_ACCOUNTS_URL")
	f.Credentials = zohoauth.Credentials{
		ClientID: os.Getenv("ZOHO_CLIENT_ID"), ClientSecret: os.Getenv("ZOHO_CLIENT_SECRET"),
		RefreshToken: os.Getenv("ZOHO_REFRESH_TOKEN"), DataCenter: os.Getenv("ZOHO_DATA_CENTER"),
	}
	if failed := f.reachAWS(ctx); failed != nil {
		return failed, nil
	}
	data, failed, err := f.readRules(ctx)
	if err != nil || failed != nil {
		return failed, err
	}
	set, found := rules.LoadFor(data, zoho.HasModule(f.APIVersion))
	if set == nil {
		r := new(doctor.Report)
		for _, one := range found {
			if one.Severity == rules.SeverityError {
				r.Add(doctor.Fault, "rules", f.RulesFile+":"+one.String(), "correct it; untag check shows the line")
			}
		}
		return r, nil
	}
	f.Rules = set
	return doctor.Examine(ctx, f.Setup), nil
}

// readRules reads the rules: the named file, or the ones that the function reads from S3, or
// rules.yaml. The report says why they cannot be read from where RULES_URL says.
func (f *doctorFlags) readRules(ctx context.Context) ([]byte, *doctor.Report, error) {
	if err := rulesurl.Check(f.rulesURL); err != nil && f.rulesURL != "" && !f.named {
		return nil, f.noRules(fmt.Sprintf("RULES_URL: %v", err), "correct RULES_URL, or the parameter RulesUrl of the stack; --rules FILE checks a file instead"), nil
	}
	place, _, _ := strings.Cut(strings.ToLower(f.rulesURL), ":")
	if f.named || place != "s3" && place != "file" {
		// Only the function can reach the extension that has the rules of AppConfig.
		f.RulesFile = f.rules
		data, err := userfile.Read("rules", "name another with --rules", f.rules)
		return data, nil, err
	}
	f.RulesFile = f.rulesURL
	reader, err := rulesurl.New(rulesurl.Config{URL: f.rulesURL, AWS: f.aws, Endpoint: awsenv.Endpoint(os.Getenv, "S3")})
	if err != nil {
		return nil, nil, fmt.Errorf("RULES_URL: %w", err)
	}
	data, err := reader.Read(ctx)
	if err != nil {
		do := "store the rules there, and grant s3:GetObject on it; --rules FILE checks a file instead"
		if place == "file" {
			do = "the function has this file, this computer may not: --rules FILE checks the one that you deploy"
		}
		return nil, f.noRules(fmt.Sprintf("%s cannot be read: %v", f.rulesURL, err), do), nil
	}
	return data, nil, nil
}

// noRules reports that there are no rules to check.
func (f *doctorFlags) noRules(found, do string) *doctor.Report {
	r := new(doctor.Report)
	r.Add(doctor.Fault, "rules", found, do)
	f.Clock.Check(r)
	return r
}
