package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"

	"untag/functions/removetags/handler"
	"untag/internal/metrics"
	"untag/internal/rules"
	"untag/internal/rulesurl"
	"untag/internal/zoho"
)

// config is the function's environment, after all of it was checked.
type config struct {
	// rules are those of a file that is deployed with the function; nil if rulesURL names
	// another.
	rules           *rules.Rules
	rulesURL        string
	zohoSecretID    string
	webhookSecretID string
	tokenSecretID   string
	queueURL        string
	deadLetterURL   string
	eventQueueARN   string
	maxConcurrency  int
	maxHeap         uint64
	zohoVersion     string
	zohoEnvironment string
	zohoAPIURL      string
	zohoAccountsURL string
	publicURL       string
	dryRun          bool
	readFirst       bool
	logLevel        slog.Level
	// audit gets the lines of the audit, whatever the level of the log; nil for none.
	audit *slog.Logger
	// metrics counts what happens; nil for nothing.
	metrics *metrics.Recorder
}

// maxConcurrencyLimit is what the largest edition of Zoho CRM allows.
const maxConcurrencyLimit = 25

// readConfig reads the environment through getenv. Its error joins all faults, awsErr among
// them, so that one deployment can correct them all. An empty variable counts as not set,
// because SAM templates cannot leave one out.
func readConfig(getenv func(string) string, awsErr error) (config, error) {
	c := config{
		zohoSecretID:    getenv("ZOHO_SECRET_ID"),
		webhookSecretID: getenv("WEBHOOK_SECRET_ID"),
		tokenSecretID:   getenv("ZOHO_TOKEN_SECRET_ID"),
		queueURL:        getenv("QUEUE_URL"),
		deadLetterURL:   getenv("DEAD_LETTER_QUEUE_URL"),
		eventQueueARN:   getenv("EVENT_QUEUE_ARN"),
		maxHeap:         maxHeap(getenv),
		zohoVersion:     getenv("ZOHO_API_VERSION"),
		zohoEnvironment: getenv("ZOHO_ENVIRONMENT"),
		zohoAPIURL:      getenv("ZOHO_API_URL"),
		zohoAccountsURL: getenv("ZOHO_ACCOUNTS_URL"),
		publicURL:       getenv("PUBLIC_URL"),
		rulesURL:        getenv("RULES_URL"),
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	if c.zohoSecretID == "" && c.queueURL == "" {
		fault("ZOHO_SECRET_ID: not set; name the secret with the Zoho credential, or set QUEUE_URL to store events for a function that has one")
	}
	if c.zohoVersion != "" {
		if err := zoho.CheckVersion(c.zohoVersion); err != nil {
			fault("ZOHO_API_VERSION: %w", err)
		}
	}
	if err := zoho.CheckEnvironment(c.zohoEnvironment); err != nil {
		fault("ZOHO_ENVIRONMENT: %w", err)
	}
	for _, name := range []string{"ZOHO_API_URL", "ZOHO_ACCOUNTS_URL", "QUEUE_URL", "DEAD_LETTER_QUEUE_URL"} {
		if err := checkURL(getenv(name)); err != nil {
			fault("%s: %w", name, err)
		}
	}
	for name, value := range map[string]*bool{"DRY_RUN": &c.dryRun, "READ_BEFORE_REMOVE": &c.readFirst} {
		if err := readBool(getenv(name), value); err != nil {
			fault("%s: %w", name, err)
		}
	}
	if err := handler.CheckPublicURL(c.publicURL); err != nil {
		fault("PUBLIC_URL: %w", err)
	}
	checkQueues(getenv, fault)
	if level := getenv("LOG_LEVEL"); level != "" {
		if err := c.logLevel.UnmarshalText([]byte(level)); err != nil {
			fault("LOG_LEVEL: %q is not a level; use debug, info, warn or error", level)
		}
	}
	if text := getenv("ZOHO_MAX_CONCURRENCY"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxConcurrencyLimit {
			fault("ZOHO_MAX_CONCURRENCY: %q is not a number from 1 to %d; Zoho's editions allow 5 to 25 calls at the same time", text, maxConcurrencyLimit)
		}
		c.maxConcurrency = n
	}
	if awsErr != nil {
		faults = append(faults, awsErr)
	}
	if c.rulesURL == "" {
		set, ruleFaults := loadRules(getenv("RULES_FILE"), c.zohoVersion)
		c.rules = set
		faults = append(faults, ruleFaults...)
	} else if err := rulesurl.Check(c.rulesURL); err != nil && awsErr == nil {
		fault("RULES_URL: %w", err)
	}
	return c, errors.Join(faults...)
}

func checkURL(value string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("not a URL; it looks like https://host/path")
	}
	return nil
}

// readBool reads a setting that is true or false; empty means false.
func readBool(text string, value *bool) error {
	switch text {
	case "":
		*value = false
	case "true", "false":
		*value = text == "true"
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

// checkQueues finds the faults of the settings that name queues.
func checkQueues(getenv func(string) string, fault func(format string, args ...any)) {
	for _, name := range []string{"QUEUE_URL", "DEAD_LETTER_QUEUE_URL", "EVENT_QUEUE_ARN"} {
		if strings.HasSuffix(getenv(name), ".fifo") {
			fault("%s: a FIFO queue; use a standard queue, as events have no order to keep", name)
		}
	}
	if url := getenv("QUEUE_URL"); url != "" && url == getenv("DEAD_LETTER_QUEUE_URL") {
		fault("DEAD_LETTER_QUEUE_URL: the same as QUEUE_URL, so events that are given up would come back forever; name another queue")
	}
	if arn := getenv("EVENT_QUEUE_ARN"); arn != "" && !isQueueARN(arn) {
		fault("EVENT_QUEUE_ARN: not the ARN of an SQS queue; it looks like arn:aws:sqs:eu-central-1:123456789012:name")
	}
}

// isQueueARN accepts the ARNs of all partitions of AWS, such as aws-cn. It does not trim
// them: an ARN with a space at its end would not equal that of any queue.
func isQueueARN(value string) bool {
	const lower, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"
	of := func(text, characters string) bool { return text != "" && strings.Trim(text, characters) == "" }
	parts := strings.Split(value, ":")
	if len(parts) != 6 {
		return false
	}
	partition, region, account, name := parts[1], parts[3], parts[4], strings.TrimSuffix(parts[5], ".fifo")
	return parts[0] == "arn" && strings.HasPrefix(partition, "aws") && of(partition, lower+"-") && parts[2] == "sqs" &&
		of(region, lower+digits+"-") && of(account, digits) && len(account) == 12 &&
		of(name, lower+strings.ToUpper(lower)+digits+"-_") && len(name) <= 80
}
