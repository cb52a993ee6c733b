package doctor

import (
	"context"

	"untag/internal/rules"
	"untag/internal/zohoauth"
)

// Setup is what is examined.
type Setup struct {
	Rules *rules.Rules
	// RulesFile is the name of the rules file, for messages.
	RulesFile string

	// NoAWS says why AWS cannot be used. The functions that use it are then nil.
	NoAWS string
	// Secrets reads a secret of Secrets Manager.
	Secrets func(ctx context.Context, id string) ([]byte, error)
	// WebhookFile is a file with the webhook secrets; it counts more than WebhookSecretID.
	WebhookFile, WebhookSecretID string
	// Credentials is the Zoho credential of the environment; ZohoSecretID counts more.
	Credentials                 zohoauth.Credentials
	ZohoSecretID, TokenSecretID string

	APIURL, AccountsURL, APIVersion, Environment string
	// PublicURL is the address that senders call, "" if unknown.
	PublicURL string

	Queues                  queues
	QueueURL, DeadLetterURL string
	// Queued says that the stack was deployed to have a queue.
	Queued bool

	Alarms alarms
	// AlarmNames are those of the stack; AlarmTopic is a topic to look at without a stack.
	AlarmNames []string
	AlarmTopic string
	// Stack says that the set-up is that of a stack, so that alarms are expected.
	Stack bool

	// Clock has the times that servers answered with.
	Clock *Clock
}

// Examine makes every check. One that fails does not keep others from being made.
func Examine(ctx context.Context, s Setup) *Report {
	r := &Report{}
	r.ok("rules", "%s can be used: sources %s", s.RulesFile, names(s.Rules))
	s.webhookSecrets(ctx, r)
	if credentials, ok := s.credential(ctx, r); ok {
		s.account(ctx, r, credentials)
	}
	s.tokenSecret(ctx, r)
	s.queues(ctx, r)
	s.alarms(ctx, r)
	s.Clock.Check(r)
	return r
}

func names(set *rules.Rules) string {
	text := ""
	for i, source := range set.Sources() {
		if i > 0 {
			text += ", "
		}
		text += source.Name
	}
	return text
}
