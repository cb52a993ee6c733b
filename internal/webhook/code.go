package webhook

import (
	"context"
	"crypto/x509"
	"errors"

	"untag/internal/sender"
)

// checkCode checks a request of a sender that has code of its own.
func (r *Receiver) checkCode(ctx context.Context, p *proof) error {
	switch p.verify.Code {
	case sender.PayPal:
		return r.checkPayPal(ctx, p)
	}
	return refusal("unknown sender: " + p.verify.Code)
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
