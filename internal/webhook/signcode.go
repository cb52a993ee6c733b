package webhook

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"

	"untag/internal/event"
	"untag/internal/sender"
)

// signAs returns a request as a sender makes it that has code of its own.
func (out Outgoing) signAs(code, secret string) (Outgoing, error) {
	switch code {
	case sender.PayPal:
		return out, errors.New("only PayPal has the private key that signs its webhooks: make a payment in its sandbox, or try the rules with `untag explain --body`")
	case sender.SNS:
		return out, errors.New("only Amazon SNS has the private key that signs its messages: publish one to the topic, or try the rules with `untag explain --body`")
	case sender.Braintree:
		return out.signAsBraintree(secret)
	}
	return out, errCannotSign
}

// signAsBraintree puts XML into a form with its signature. The body may be such a form already,
// which is signed anew.
func (out Outgoing) signAsBraintree(secret string) (Outgoing, error) {
	keys, reason := braintreeKeys([]string{secret}, true)
	if reason != "" {
		return out, errors.New(reason)
	}
	d := event.Delivery{Body: out.Body, ContentType: out.Header.Get("Content-Type"), Headers: make(map[string]string)}
	xml := braintreeEvent(d).Body
	payload := base64.StdEncoding.EncodeToString(xml) + "\n"
	if braintreeXML(payload) == nil {
		return out, errors.New("the body is not XML, which Braintree sends")
	}
	out.Body = []byte(url.Values{
		braintreeSignature: {keys[0].public + "|" + hex.EncodeToString(keys[0].sum(payload))},
		braintreePayload:   {payload},
	}.Encode())
	out.Header.Set("Content-Type", formKind)
	out.Method = http.MethodPost
	return out, nil
}
