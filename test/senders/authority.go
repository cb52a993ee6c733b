package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"net/http"
	"strings"
	"time"

	"untag/internal/sender"
	"untag/internal/webhook"
)

const (
	snsTopic  = "arn:aws:sns:eu-central-1:123456789012:orders"
	snsCert   = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
	paypalURL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77"
)

// authority issues a certificate for the key of a sender that only it has, and publishes it in
// the sender's place.
type authority struct {
	key        *rsa.PrivateKey // the sender's
	root, leaf string          // in PEM
	roots      *x509.CertPool
}

func newAuthority() (*authority, error) {
	root, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	a := &authority{roots: x509.NewCertPool()}
	if a.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return nil, err
	}
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	issuer := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	const host = "messageverificationcerts.paypal.com"
	subject := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	for _, one := range []struct {
		template *x509.Certificate
		public   crypto.PublicKey
		pem      *string
	}{{issuer, root.Public(), &a.root}, {subject, a.key.Public(), &a.leaf}} {
		der, err := x509.CreateCertificate(rand.Reader, one.template, issuer, one.public, root)
		if err != nil {
			return nil, err
		}
		*one.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	}
	if !a.roots.AppendCertsFromPEM([]byte(a.root)) {
		return nil, fmt.Errorf("the certificate of the authority cannot be read")
	}
	return a, nil
}

func (*authority) urlOf(name string) string {
	if name == sender.PayPal {
		return paypalURL
	}
	return snsCert
}

// client answers with the certificate at its URLs.
func (a *authority) client() *http.Client { return &http.Client{Transport: a} }

// RoundTrip answers untag's request of the certificate.
func (a *authority) RoundTrip(req *http.Request) (*http.Response, error) {
	out := &http.Response{StatusCode: http.StatusNotFound, Request: req, Header: make(http.Header), Body: http.NoBody}
	if url := req.URL.String(); url == snsCert || url == paypalURL {
		out.StatusCode, out.Body = http.StatusOK, io.NopCloser(strings.NewReader(a.leaf))
	}
	return out, nil
}

// sign signs a request as SNS or PayPal does.
func (a *authority) sign(name, stored string, out webhook.Outgoing) (webhook.Outgoing, error) {
	out.Header = out.Header.Clone()
	if name == sender.PayPal {
		return a.signPayPal(stored, out)
	}
	return a.signSNS(out)
}

func (a *authority) signPayPal(webhookID string, out webhook.Outgoing) (webhook.Outgoing, error) {
	at := out.At.UTC().Format(time.RFC3339)
	digest := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%d", out.ID, at, webhookID, crc32.ChecksumIEEE(out.Body)))
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, digest[:])
	for name, value := range map[string]string{
		"PAYPAL-TRANSMISSION-ID": out.ID, "PAYPAL-TRANSMISSION-TIME": at, "PAYPAL-CERT-URL": paypalURL,
		"PAYPAL-AUTH-ALGO": "SHA256withRSA", "PAYPAL-TRANSMISSION-SIG": base64.StdEncoding.EncodeToString(signature),
	} {
		out.Header.Set(name, value)
	}
	return out, err
}

// signSNS completes a message of SNS. Version 1 of its signatures is with SHA-1, version 2 with
// SHA-256.
func (a *authority) signSNS(out webhook.Outgoing) (webhook.Outgoing, error) {
	var message map[string]string
	if err := json.Unmarshal(out.Body, &message); err != nil {
		return out, err
	}
	message["Type"], message["MessageId"], message["TopicArn"] = "Notification", out.ID, snsTopic
	message["Timestamp"] = out.At.UTC().Format("2006-01-02T15:04:05.000Z")
	message["SigningCertURL"], message["UnsubscribeURL"] = snsCert, "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe"
	message["SignatureVersion"] = "1"
	if len(out.Body)%2 == 0 {
		message["SignatureVersion"] = "2"
	}
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if len(out.Body)%3 == 0 {
		message["Type"], message["Token"], message["SubscribeURL"] = "SubscriptionConfirmation", "token", "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"
		delete(message, "Subject")
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text bytes.Buffer
	for _, name := range names {
		if value, found := message[name]; found {
			fmt.Fprintf(&text, "%s\n%s\n", name, value)
		}
	}
	hash, sum256, sum1 := crypto.SHA256, sha256.Sum256(text.Bytes()), sha1.Sum(text.Bytes())
	digest := sum256[:]
	if message["SignatureVersion"] == "1" {
		hash, digest = crypto.SHA1, sum1[:]
	}
	signature, err := rsa.SignPKCS1v15(rand.Reader, a.key, hash, digest)
	message["Signature"] = base64.StdEncoding.EncodeToString(signature)
	out.Body = encoded(message)
	out.Header.Set("X-Amz-Sns-Message-Id", out.ID)
	return out, err
}
