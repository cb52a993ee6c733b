package webhook

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
	"untag/internal/sharedsecret"
)

// The types of messages that SNS sends.
const (
	snsNotification = "Notification"
	snsSubscribe    = "SubscriptionConfirmation"
	snsUnsubscribe  = "UnsubscribeConfirmation"
)

const snsConfirmed = "the subscription to the topic is confirmed"

// checkSNS checks a message of Amazon SNS. It signs the fields of the message, with a key whose
// certificate the message names. Anyone can have SNS sign messages of a topic of their own, so
// the topic must be the stored one.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
func (r *Receiver) checkSNS(ctx context.Context, p *proof) error {
	if strings.EqualFold(p.req.Header.Get("X-Amz-Sns-Rawdelivery"), "true") {
		return refusal("SNS does not sign raw messages: switch off raw message delivery for the subscription")
	}
	topics, reason := snsTopics(p.stored)
	if reason != "" {
		return refusal(reason)
	}
	m, err := p.readSNS()
	if err != nil {
		return err
	}
	text, reason := m.signed()
	switch {
	case reason != "":
		return refusal(reason)
	case !slices.Contains(topics, m["TopicArn"]):
		return refusal("the message is of another topic than the stored one")
	}
	if _, err := p.checkTime(); err != nil {
		return err
	}
	hash := crypto.SHA256
	switch m["SignatureVersion"] {
	case "1":
		hash = crypto.SHA1
	case "2":
	default:
		return refusal("the version of the signature is not 1 or 2")
	}
	signature, ok := decoded("base64", m["Signature"])
	if !ok || len(signature) < leastRSA {
		return refusal("`Signature` in the body is not a signature of RSA in base64")
	}
	key, err := r.snsKey(ctx, p, m["SigningCertURL"])
	if err != nil {
		return err
	}
	digest := hash.New()
	digest.Write([]byte(text))
	if rsa.VerifyPKCS1v15(key, hash, digest.Sum(nil), signature) != nil {
		return refusal("the signature in `Signature` does not match the message")
	}
	return nil
}

// snsTopics returns the ARNs of topics that are stored.
func snsTopics(stored []string) (topics []string, reason string) {
	for _, text := range stored {
		text = sharedsecret.Trim(text)
		if parts := strings.Split(text, ":"); len(parts) == 6 && parts[0] == "arn" && parts[2] == "sns" && parts[5] != "" {
			topics = append(topics, text)
		}
	}
	if len(topics) == 0 {
		return nil, "the stored secret is not the ARN of a topic, such as arn:aws:sns:REGION:ACCOUNT:NAME: store the one whose messages the source takes"
	}
	return topics, ""
}

// snsMessage has the fields of a message that are text.
type snsMessage map[string]string

// readSNS returns the message in the body.
func (p *proof) readSNS() (snsMessage, error) {
	doc, err := p.document()
	if err != nil {
		return nil, err
	}
	fields, err := doc.Object()
	if err != nil {
		return nil, refusal("the body is not a JSON object")
	}
	m := make(snsMessage, len(fields))
	for name, value := range fields {
		if jsontext.Value(value).Kind() != jsontext.KindString {
			continue
		}
		text, ok := scalarText(value)
		if !ok {
			return nil, refusal("the body has text that cannot be read")
		}
		m[name] = text
	}
	return m, nil
}

// signed returns what SNS signs of a message, or the reason why it is not a message of SNS. Only
// the text of a message may have line breaks: in other fields, text could move between them.
func (m snsMessage) signed() (text, reason string) {
	var names []string
	switch m["Type"] {
	case snsNotification:
		names = []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	case snsSubscribe, snsUnsubscribe:
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	default:
		return "", "the body is not a message of SNS: `Type` is not " + snsNotification + ", " + snsSubscribe + " or " + snsUnsubscribe
	}
	var b strings.Builder
	for _, name := range names {
		value, has := m[name]
		switch {
		case !has && name == "Subject":
			continue
		case !has:
			return "", "the body is not a message of SNS: it has no text `" + name + "`"
		case name != "Message" && strings.Contains(value, "\n"):
			return "", "`" + name + "` in the body has a line break"
		}
		b.WriteString(name + "\n" + value + "\n")
	}
	return b.String(), ""
}

// snsKey returns the key of the certificate that a message names. Its host is proof enough that
// the certificate is that of SNS, which sends no issuer's beside it.
func (r *Receiver) snsKey(ctx context.Context, p *proof, text string) (*rsa.PublicKey, error) {
	u, ok := httpsURL(text)
	if !ok || !isSNSCertificate(u) {
		return nil, refusal("`SigningCertURL` in the body is not the URL of a certificate of SNS")
	}
	chain, err := r.certificatesAt(ctx, p, u.String())
	if err != nil {
		return nil, err
	}
	if reason := validAt(chain[0], p.now); reason != "" {
		return nil, refusal(reason)
	}
	key, ok := chain[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, refusal("the certificate has no key of RSA")
	}
	return key, nil
}

func isSNSCertificate(u *url.URL) bool {
	name, isPEM := strings.CutSuffix(strings.TrimPrefix(u.Path, "/"), ".pem")
	return isSNSHost(u.Host) && isPEM && plainName(name) && u.RawQuery == "" && !u.ForceQuery
}

// isSNSHost reports whether a host is sns.REGION.amazonaws.com, or the same in China.
func isSNSHost(host string) bool {
	region, found := strings.CutPrefix(strings.TrimSuffix(host, ".cn"), "sns.")
	region, isAWS := strings.CutSuffix(region, ".amazonaws.com")
	return found && isAWS && plainName(region)
}

// confirmSNS answers a verified message that is not an event: it confirms a subscription by
// fetching the URL that SNS names. It returns nil for a notification.
func (r *Receiver) confirmSNS(ctx context.Context, p *proof) (*Reply, error) {
	m, err := p.readSNS()
	if err != nil {
		return nil, nil // not from SNS: proven otherwise
	}
	switch m["Type"] {
	case snsUnsubscribe:
		return noted("SNS has ended the subscription to the topic"), nil
	case snsSubscribe:
	default:
		return nil, nil
	}
	if _, has := m["SubscribeURL"]; !has && r.readOnly {
		return noted(snsConfirmed), nil // recorded without it
	}
	u, ok := httpsURL(m["SubscribeURL"])
	if !ok || !isSNSHost(u.Host) || strings.Trim(u.Path, "/") != "" || u.Query().Get("Action") != "ConfirmSubscription" {
		return nil, unverified(p.from.Name, "`SubscribeURL` in the body is not a URL of SNS that confirms a subscription")
	}
	if !r.readOnly {
		if _, err := fetch(ctx, r.client, u.String()); err != nil {
			return nil, &Error{Kind: Unavailable, Source: p.from.Name, Reason: "confirm the subscription to the topic", Err: err}
		}
	}
	return noted(snsConfirmed), nil
}

// noted returns an answer that says what has happened, which is logged too.
func noted(note string) *Reply {
	return &Reply{
		Status: 200, Body: note, Note: note, Proven: true,
		Header: map[string]string{"content-type": plainText, "x-content-type-options": "nosniff"},
	}
}

// snsEvent returns a message of SNS without its signature, and without what anyone could confirm
// or end the subscription with. If the message of a notification is a JSON object, rules can
// read that, as in event.Message.id. Other bodies are returned unchanged.
func snsEvent(body []byte) []byte {
	rest := jsonvalue.Raw(bytes.TrimPrefix(body, []byte(byteOrder)))
	kind, _ := rest.Member("Type").Text()
	switch string(kind) {
	case snsNotification, snsSubscribe, snsUnsubscribe:
	default:
		return body
	}
	for _, name := range []string{"Signature", "SigningCertURL", "SubscribeURL", "Token", "UnsubscribeURL"} {
		var err error
		if _, rest, err = rest.Cut(name); err != nil {
			return body
		}
	}
	messages, others, err := rest.Cut("Message")
	if err != nil || len(messages) != 1 {
		return rest
	}
	text, _ := messages[0].Text()
	if value, err := jsonvalue.Decode(text); err == nil {
		if _, isObject := value.(map[string]any); isObject {
			open := bytes.IndexByte(others, '{')
			return slices.Concat(others[:open+1], []byte(`"Message":`), text, []byte(","), others[open+1:])
		}
	}
	return rest
}
