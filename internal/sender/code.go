package sender

import "time"

// The senders whose requests no description verifies, so that each has code of its own.
const (
	PayPal    = "paypal"
	SNS       = "sns"
	Braintree = "braintree"
)

const (
	// PayPal sends an event that was not accepted again, up to 25 times within three days, and
	// does not say whether it signs the time anew. A shorter tolerance could lose events.
	paypalTolerance = 4 * 24 * time.Hour
	// SNS sends a message again for an hour at most, with the time of the first attempt.
	snsTolerance = 2 * time.Hour
)

// ByCode returns the way to verify of a sender that has code of its own, with what can be
// described of it: where the signature and the time are, and what is signed, for people.
func ByCode(name string) (v Verify, found bool) {
	switch name {
	case PayPal:
		v.Signature = Place{Headers: []string{"PAYPAL-TRANSMISSION-SIG"}}
		v.Timestamp = Timestamp{Place: Place{Headers: []string{"PAYPAL-TRANSMISSION-TIME"}}, Unit: "iso", Tolerance: paypalTolerance}
		v.Signed = Template{{Value: "id"}, {Literal: "|"}, {Value: "timestamp"}, {Literal: "|webhook id|CRC-32 of "}, {Value: "body"}}
	case SNS:
		v.Signature = Place{JSON: Path{{Member: "Signature"}}}
		v.Timestamp = Timestamp{Place: Place{JSON: Path{{Member: "Timestamp"}}}, Unit: "iso", Tolerance: snsTolerance}
		v.Signed = Template{{Literal: "the fields of "}, {Value: "body"}}
	case Braintree:
		v.Signature = Place{Form: "bt_signature"}
		v.Signed = Template{{Value: "form", Place: Place{Form: "bt_payload"}}}
	default:
		return Verify{}, false
	}
	v.Code, v.Covers = name, CoversBody
	return v, true
}

// StoresSecret reports whether what is stored for the sender must be kept secret. A public key, a
// topic and the ID of a webhook need not be.
func (v Verify) StoresSecret() bool { return v.Key == nil && v.Code != PayPal && v.Code != SNS }

// Confirms reports whether the sender asks for a confirmation of the URL that its code answers.
func (v Verify) Confirms() bool { return v.Code == SNS || v.Code == Braintree }
