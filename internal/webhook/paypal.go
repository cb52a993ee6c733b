package webhook

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"hash/crc32"
	"net/url"
	"strconv"
	"strings"
	"time"

	"untag/internal/sharedsecret"
)

const (
	paypalID        = "PAYPAL-TRANSMISSION-ID"
	paypalSignature = "PAYPAL-TRANSMISSION-SIG"
	paypalURL       = "PAYPAL-CERT-URL"
	paypalAlgorithm = "PAYPAL-AUTH-ALGO"
	// paypalIssuers is where the issuer of PayPal's certificates publishes its own.
	paypalIssuers = "cacerts.digicert.com"
)

// checkPayPal checks a request from PayPal. It signs the transmission's id and time, the id of
// the webhook, and a checksum of the body, with a key whose certificate it names.
// https://developer.paypal.com/api/rest/webhooks/rest/
//
// The checksum is a CRC-32, for which anyone can make another body: who has seen a request can
// send it with another body until its time is out of the tolerance. PayPal sends it only
// through TLS.
func (r *Receiver) checkPayPal(ctx context.Context, p *proof) error {
	id, signature, err := p.paypalHeaders()
	if err != nil {
		return err
	}
	if _, err := p.checkTime(); err != nil {
		return err
	}
	webhooks, reason := paypalWebhooks(p.stored)
	if reason != "" {
		return refusal(reason)
	}
	key, err := r.paypalKey(ctx, p)
	if err != nil {
		return err
	}
	body, err := readBody(p.req)
	if err != nil {
		return err
	}
	time, _, err := p.timestamp()
	if err != nil {
		return err
	}
	checksum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
	for _, webhook := range webhooks {
		digest := sha256.Sum256([]byte(id + "|" + time + "|" + webhook + "|" + checksum))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil {
			return nil
		}
	}
	return refusal("the signature in header " + paypalSignature + " does not match the request with any stored webhook ID")
}

// paypalHeaders returns the id of the transmission and its signature.
func (p *proof) paypalHeaders() (id string, signature []byte, err error) {
	algorithm, reason := onlyHeader(p.req, paypalAlgorithm)
	if reason == "" && algorithm != "SHA256withRSA" {
		reason = "header " + paypalAlgorithm + " is not SHA256withRSA, which PayPal signs with"
	}
	if reason != "" {
		return "", nil, refusal(reason)
	}
	id, reason = onlyHeader(p.req, paypalID)
	if reason == "" && (strings.Contains(id, "|") || identifier(id) == "") {
		reason = "header " + paypalID + " is not an id"
	}
	if reason != "" {
		return "", nil, refusal(reason)
	}
	sent, reason := onlyHeader(p.req, paypalSignature)
	if reason != "" {
		return "", nil, refusal(reason)
	}
	signature, ok := decoded("base64", sent)
	if !ok || len(signature) < leastRSA {
		return "", nil, refusal("header " + paypalSignature + " is not a signature of RSA in base64")
	}
	return id, signature, nil
}

// leastRSA is the length of the shortest signature that can be right, in bytes.
const leastRSA = 1024 / 8

// paypalWebhooks returns the stored ids of webhooks. WEBHOOK_ID, which PayPal signs the events
// of its simulator with, is not one: anyone can have those sent to any URL.
func paypalWebhooks(stored []string) (ids []string, reason string) {
	for _, id := range stored {
		id = sharedsecret.Trim(id)
		if plainName(id) && !strings.Contains(id, "-") {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, "the stored secret is not the ID of a webhook of PayPal, which is letters and digits: store the one that PayPal shows beside the URL"
	}
	return ids, ""
}

// paypalKey returns the key of the certificate that a request names, if that is PayPal's.
func (r *Receiver) paypalKey(ctx context.Context, p *proof) (*rsa.PublicKey, error) {
	text, reason := onlyHeader(p.req, paypalURL)
	if reason != "" {
		return nil, refusal(reason)
	}
	u, ok := httpsURL(text)
	if !ok || !isPayPalCertificate(u) {
		return nil, refusal("header " + paypalURL + " is not the URL of one of PayPal's certificates")
	}
	chain, err := r.certificatesAt(ctx, p, u.String())
	if err != nil {
		return nil, err
	}
	leaf := chain[0]
	if reason := validAt(leaf, p.now); reason != "" {
		return nil, refusal(reason)
	}
	if !namesPayPal(leaf) {
		return nil, refusal("the certificate is not PayPal's")
	}
	if err := r.checkChain(ctx, p, chain); err != nil {
		return nil, err
	}
	key, ok := leaf.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, refusal("the certificate has no key of RSA")
	}
	return key, nil
}

// isPayPalCertificate reports whether a URL is where PayPal publishes its certificates.
func isPayPalCertificate(u *url.URL) bool {
	name, found := strings.CutPrefix(u.Path, "/v1/notifications/certs/")
	return (u.Host == "api.paypal.com" || u.Host == "api.sandbox.paypal.com") &&
		found && plainName(name) && u.RawQuery == "" && !u.ForceQuery
}

// namesPayPal reports whether a certificate is for hosts of PayPal alone.
func namesPayPal(c *x509.Certificate) bool {
	names := c.DNSNames
	if c.Subject.CommonName != "" {
		names = append(names[:len(names):len(names)], c.Subject.CommonName)
	}
	for _, name := range names {
		if host, found := strings.CutSuffix(strings.ToLower(name), ".paypal.com"); !found || !plainName(strings.ReplaceAll(host, ".", "-")) {
			return false
		}
	}
	return len(names) > 0
}

// checkChain checks that a certificate is issued by an authority that this system trusts.
// PayPal does not always send the issuer's certificate beside its own; then it is fetched from
// where its own says, if that is the authority that PayPal uses.
func (r *Receiver) checkChain(ctx context.Context, p *proof, chain []*x509.Certificate) error {
	err := trusted(chain, r.roots, p.now)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown {
		return refusedChain(err)
	}
	for _, text := range chain[0].IssuingCertificateURL {
		u, ok := httpsURL("https" + strings.TrimPrefix(strings.TrimPrefix(text, "https"), "http"))
		name, isFile := "", false
		if ok {
			name, isFile = strings.CutSuffix(strings.TrimPrefix(u.Path, "/"), ".crt")
		}
		if !isFile || u.Host != paypalIssuers || !plainName(name) || u.RawQuery != "" || u.ForceQuery {
			continue
		}
		issuer, err := r.certificatesAt(ctx, p, u.String())
		if err != nil {
			return err
		}
		return refusedChain(trusted(append(chain[:len(chain):len(chain)], issuer...), r.roots, p.now))
	}
	return refusedChain(err)
}

func refusedChain(err error) error {
	if err != nil {
		return refusal("the certificate is not issued by an authority that this system trusts")
	}
	return nil
}

// trusted returns an error unless the first certificate leads to a root, through the others.
func trusted(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err
}
