package webhook_test

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
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"time"
)

// rsaKeys are made once, as making one is slow.
var rsaKeys = sync.OnceValue(func() (keys [3]*rsa.PrivateKey) {
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

// rsaSigned returns a signature of RSA in base64.
func rsaSigned(t testing.TB, key *rsa.PrivateKey, hash crypto.Hash, text string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(text))
	sum := digest[:]
	if hash == crypto.SHA1 {
		short := sha1.Sum([]byte(text))
		sum = short[:]
	}
	signature, err := rsa.SignPKCS1v15(nil, key, hash, sum)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// authority issues certificates.
type authority struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

// newAuthority returns an authority that another certifies, or a root.
func newAuthority(t testing.TB, name string, by *authority) *authority {
	t.Helper()
	return newAuthorityOf(t, name, rsaKeys()[0], by)
}

func newAuthorityOf(t testing.TB, name string, key *rsa.PrivateKey, by *authority) *authority {
	t.Helper()
	a := &authority{key: key}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: signedAt.AddDate(-5, 0, 0), NotAfter: signedAt.AddDate(5, 0, 0),
	}
	if by == nil {
		by = &authority{key: a.key, certificate: template}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, a.key.Public(), by.key)
	if err != nil {
		t.Fatal(err)
	}
	a.certificate, _ = x509.ParseCertificate(der)
	return a
}

// leaf is what an authority certifies.
type leaf struct {
	name     string
	hosts    []string
	from, to time.Time
	issuer   string
}

// issue returns a certificate of the second of rsaKeys, in PEM.
func (a *authority) issue(t testing.TB, l leaf) string {
	t.Helper()
	if l.from.IsZero() {
		l.from, l.to = signedAt.AddDate(0, -1, 0), signedAt.AddDate(0, 1, 0)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: l.name}, DNSNames: l.hosts,
		NotBefore: l.from, NotAfter: l.to, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if l.issuer != "" {
		template.IssuingCertificateURL = []string{"ldap://example.com/x", l.issuer}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, rsaKeys()[1].Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return inPEM(der)
}

func inPEM(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// web answers the requests of the program with what is at each URL, and counts them.
type web struct {
	mu     sync.Mutex
	pages  map[string]string
	status map[string]int
	asked  []string
}

func (w *web) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	address := req.URL.String()
	w.asked = append(w.asked, req.Method+" "+address)
	status, has := w.status[address]
	page, found := w.pages[address]
	switch {
	case has && status == 0:
		return nil, errors.New("connection refused")
	case has:
	case found:
		status = http.StatusOK
	default:
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Location": {"https://evil.example/"}}, Body: io.NopCloser(bytes.NewBufferString(page)), Request: req}, nil
}
