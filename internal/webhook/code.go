package webhook

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"

	"untag/internal/event"
	"untag/internal/sender"
)

// checkCode checks a request of a sender that has code of its own.
func (r *Receiver) checkCode(ctx context.Context, p *proof) error {
	switch p.verify.Code {
	case sender.PayPal:
		return r.checkPayPal(ctx, p)
	case sender.SNS:
		return r.checkSNS(ctx, p)
	case sender.Braintree:
		return r.checkBraintree(p)
	}
	return refusal("unknown sender: " + p.verify.Code)
}

// confirm answers a verified request that is not an event, of a sender that has code of its
// own. It returns nil for an event.
func (r *Receiver) confirm(ctx context.Context, from source, req Request, kind string) (*Reply, error) {
	if from.code(kind) != sender.SNS {
		return nil, nil
	}
	return r.confirmSNS(ctx, newProof(from.Source, &sender.Verify{}, req, nil))
}

// code returns the name of the code that proves requests with a kind of scheme, "" for none.
func (s source) code(kind string) string {
	for _, scheme := range s.schemes {
		if scheme.Kind == kind && scheme.verify != nil {
			return scheme.verify.Code
		}
	}
	return ""
}

// hasCode reports whether the source accepts requests that a sender's code proves.
func (s source) hasCode(name string) bool {
	return slices.ContainsFunc(s.schemes, func(one scheme) bool { return one.verify != nil && one.verify.Code == name })
}

// opened returns a delivery of a sender that has code of its own as rules read it.
func (s source) opened(d event.Delivery) event.Delivery {
	switch s.code(d.Proof) {
	case sender.SNS:
		d.Body = snsEvent(d.Body)
	case sender.Braintree:
		return braintreeEvent(d)
	}
	return d
}

// certificatesAt returns the certificates at a URL, which must have been checked. A sender can
// send the request again if they cannot be fetched now.
func (r *Receiver) certificatesAt(ctx context.Context, p *proof, url string) ([]*x509.Certificate, error) {
	chain, err := r.certificates.at(ctx, url, p.now)
	switch {
	case errors.Is(err, errNotThere):
		return nil, refusal("there is no certificate at the URL that the request names")
	case err != nil:
		return nil, &Error{Kind: Unavailable, Source: p.from.Name, Reason: "fetch the sender's certificate", Err: err}
	}
	return chain, nil
}
