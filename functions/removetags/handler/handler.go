package handler

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"sync"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// deadlineMargin is the time before the deadline of an invocation that is reserved for the
// answer: work in flight is ended and returned before Lambda kills the process.
const deadlineMargin = 1 * time.Second

// actor decides and acts on a batch of events.
type actor interface {
	Run(ctx context.Context, events iter.Seq[event.Event]) []pipeline.Outcome
	Each(ctx context.Context, jobs iter.Seq[pipeline.Job]) iter.Seq[pipeline.Outcome]
}

// sender stores a verified delivery; it is safe there if the error is nil.
type sender interface {
	Send(ctx context.Context, d event.Delivery) error
}

// Config is what New needs. A part that is nil is not configured, and invocations that
// would need it are refused.
type Config struct {
	// Rules is the version of the rules that decides; nil while there is none that can be used.
	Rules    *rules.Rules
	Receiver *webhook.Receiver
	// CheckRules returns what is wrong with a rules file that AppConfig wants to deploy.
	CheckRules func(file []byte) error
	// Pipeline acts on events; nil if the function has no Zoho credential.
	Pipeline actor
	// Queue stores events instead of acting on them; nil to act at once.
	Queue sender
	// EventQueueARN names the queue whose batches are acted on. Batches from elsewhere are
	// refused; if it is empty, all are.
	EventQueueARN string
	// Messages moves messages that could not be acted on; nil leaves that to SQS. If it can
	// also Continue, what is left of a partly done event is stored.
	Messages messages
	// Watches renews notifications of Zoho; nil if the function has no Zoho credential.
	Watches renewer
	// PublicURL is the address that senders call, up to /webhooks, for those that sign it; ""
	// for the one that the gateway names.
	PublicURL string
	Log       *slog.Logger
	// Audit gets a record for each removal, at level info; nil for none.
	Audit *slog.Logger
	// Metrics counts what happens; nil for nothing.
	Metrics meter
	// ReadFirst says that the pipeline reads each record before it removes tags.
	ReadFirst bool
}

// Handler answers invocations. It is safe for concurrent use.
type Handler struct {
	// unready: there are no rules to decide by.
	unready       bool
	checkRules    func(file []byte) error
	rules         *rules.Rules
	receiver      *webhook.Receiver
	pipeline      actor
	queue         sender
	eventQueueARN string
	messages      messages
	watches       renewer
	publicURL     string
	log, audit    *slog.Logger
	readFirst     bool
	metrics       meter
	// buffers are of type *[]byte; see serve.
	buffers sync.Pool
}

// New returns a Handler with these parts.
func New(c Config) *Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	unready := c.Rules == nil
	if unready {
		c.Rules, c.Receiver = new(rules.Rules), webhook.New(webhook.Config{})
	}
	return &Handler{
		unready: unready, checkRules: c.CheckRules,
		rules: c.Rules, receiver: c.Receiver, pipeline: c.Pipeline,
		queue: c.Queue, eventQueueARN: c.EventQueueARN, messages: c.Messages, watches: c.Watches, publicURL: c.PublicURL, log: c.Log,
		audit: c.Audit, readFirst: c.ReadFirst, metrics: c.Metrics,
	}
}

// Invoke answers one invocation of any kind. It implements lambda.Handler.
func (h *Handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := withMargin(ctx, deadlineMargin)
	defer cancel()
	defer h.flush()
	answer, err := h.dispatch(ctx, payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// withMargin ends a context this long before its deadline, but leaves at least four fifths
// of the remaining time.
func withMargin(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(margin, time.Until(deadline)/5)))
}

func (h *Handler) dispatch(ctx context.Context, payload []byte) (any, error) {
	answer, err := h.answer(ctx, payload)
	if errors.Is(err, errUnknownKind) {
		h.log.LogAttrs(ctx, slog.LevelError, "invocation refused", slog.String("reason", err.Error()))
	}
	return answer, err
}

func (h *Handler) answer(ctx context.Context, payload []byte) (any, error) {
	in, err := read(h.rules, payload)
	switch {
	case err != nil:
		return nil, err
	case in.kind == kindValidation:
		return nil, h.validate(in)
	case in.kind.http():
		return h.http(ctx, in)
	case h.unready:
		return nil, h.refused(ctx, "", errNoRules)
	case in.kind == kindSQS:
		return h.sqs(ctx, in.messages)
	case in.kind == kindRenewWatches:
		return h.renew(ctx)
	default:
		return h.invoked(ctx, in)
	}
}

// errNoCredential is returned by a function without a Zoho credential: it does not accept
// the event, so that the sender keeps it.
var errNoCredential = errors.New("ZOHO_SECRET_ID is not set: this function cannot act on events")
