package webhook_test

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/webhook"
)

const (
	paypalWebhook = "8PT597110X687430LKGECATA"
	paypalBody    = `{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"amount":"hush"}}`
	paypalCert    = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77"
	paypalIssuer  = "https://cacerts.digicert.com/DigiCertEVRSACAG2.crt"
	paypalHost    = "messageverificationcerts.paypal.com"
)

// paypal is PayPal: its authority, and what it publishes.
type paypal struct {
	root, between *authority
	web           *web
	roots         *x509.CertPool
}

func newPayPal(t testing.TB) *paypal {
	t.Helper()
	root := newAuthority(t, "Root", nil)
	p := &paypal{root: root, between: newAuthority(t, "Issuer", root), roots: x509.NewCertPool(), web: &web{pages: map[string]string{}, status: map[string]int{}}}
	p.roots.AddCert(root.certificate)
	p.web.pages[paypalCert] = p.between.issue(t, leaf{name: paypalHost, hosts: []string{paypalHost}}) + inPEM(p.between.certificate.Raw)
	return p
}

func (p *paypal) receiver(secrets ...string) *webhook.Receiver {
	row := rowOf("paypal")
	return webhook.New(webhook.Config{
		Sources: []event.Source{{Name: "pay", Verify: []event.Scheme{row}}}, Secrets: stored{"pay": secrets}, HTTP: &http.Client{Transport: p.web}, Roots: p.roots,
	})
}

// sent returns the headers of a request of PayPal.
func (p *paypal) sent(t testing.TB, webhookID string) http.Header {
	t.Helper()
	const id, at = "69cd13f0-d67a-11e5-baa3-778b53f4ae55", "2026-11-25T12:00:00Z"
	text := fmt.Sprintf("%s|%s|%s|%d", id, at, webhookID, crc32.ChecksumIEEE([]byte(paypalBody)))
	header := make(http.Header)
	for name, value := range map[string]string{
		"PAYPAL-TRANSMISSION-ID": id, "PAYPAL-TRANSMISSION-TIME": at, "PAYPAL-CERT-URL": paypalCert,
		"PAYPAL-AUTH-ALGO": "SHA256withRSA", "PAYPAL-TRANSMISSION-SIG": rsaSigned(t, rsaKeys()[1], crypto.SHA256, text),
		"Content-Type": "application/json",
	} {
		header.Set(name, value)
	}
	return header
}

// TestPayPal: what PayPal signs is accepted, and each fault is refused, or answered so that
// PayPal sends the request again.
func TestPayPal(t *testing.T) {
	set := func(name, value string) func(*testing.T, *paypal, *webhook.Request) {
		return func(_ *testing.T, _ *paypal, req *webhook.Request) { req.Header.Set(name, value) }
	}
	cert := func(l leaf) func(*testing.T, *paypal, *webhook.Request) {
		return func(t *testing.T, p *paypal, _ *webhook.Request) {
			p.web.pages[paypalCert] = p.between.issue(t, l) + inPEM(p.between.certificate.Raw)
		}
	}
	at := func(address string) func(*testing.T, *paypal, *webhook.Request) {
		return func(_ *testing.T, p *paypal, req *webhook.Request) {
			p.web.pages[address] = p.web.pages[paypalCert] // what an attacker would answer
			req.Header.Set("PAYPAL-CERT-URL", address)
		}
	}
	answers := func(address string, status int) func(*testing.T, *paypal, *webhook.Request) {
		return func(_ *testing.T, p *paypal, _ *webhook.Request) { p.web.status[address] = status }
	}
	const host = "is not the URL of one of PayPal's certificates"
	const chain = "not issued by an authority"
	type kind = webhook.Kind
	const ok kind = -1
	tests := map[string]struct {
		change func(*testing.T, *paypal, *webhook.Request)
		want   kind
		reason string
	}{
		"as it is": {func(*testing.T, *paypal, *webhook.Request) {}, ok, ""},
		"the sandbox": {func(_ *testing.T, p *paypal, req *webhook.Request) {
			const sandbox = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1"
			p.web.pages[sandbox] = p.web.pages[paypalCert]
			req.Header.Set("PAYPAL-CERT-URL", sandbox)
		}, ok, ""},
		"the port":               {set("PAYPAL-CERT-URL", strings.Replace(paypalCert, ".com", ".com:443", 1)), ok, ""},
		"three days later":       {func(_ *testing.T, _ *paypal, req *webhook.Request) { req.ReceivedAt = signedAt.Add(73 * time.Hour) }, ok, ""},
		"a host of another name": {cert(leaf{name: "messageverificationcerts.sandbox.paypal.com"}), ok, ""},
		"without the issuer":     {func(t *testing.T, p *paypal, _ *webhook.Request) { p.leafOnly(t, "http://"+paypalIssuer[8:]) }, ok, ""},
		"from an https issuer":   {func(t *testing.T, p *paypal, _ *webhook.Request) { p.leafOnly(t, paypalIssuer) }, ok, ""},
		"an issuer elsewhere": {func(t *testing.T, p *paypal, _ *webhook.Request) {
			p.leafOnly(t, "http://evil.example/DigiCertEVRSACAG2.crt")
		}, webhook.Unverified, chain},
		"an issuer in a query": {func(t *testing.T, p *paypal, _ *webhook.Request) { p.leafOnly(t, paypalIssuer+"?a=.crt") }, webhook.Unverified, chain},
		"no issuer":            {func(t *testing.T, p *paypal, _ *webhook.Request) { p.leafOnly(t, "") }, webhook.Unverified, chain},
		"an issuer that is down": {func(t *testing.T, p *paypal, _ *webhook.Request) {
			p.leafOnly(t, paypalIssuer)
			p.web.status[paypalIssuer] = 500
		}, webhook.Unavailable, "status 500"},
		"a body of another event": {func(_ *testing.T, _ *paypal, req *webhook.Request) {
			req.Body = webhook.Bytes([]byte(paypalBody + " "))
		}, webhook.Unverified, "does not match the request with any stored webhook ID"},
		"another id":               {set("PAYPAL-TRANSMISSION-ID", "69cd13f0-d67a-11e5-baa3-778b53f4ae56"), webhook.Unverified, "does not match"},
		"an id with a separator":   {set("PAYPAL-TRANSMISSION-ID", "a|b"), webhook.Unverified, "is not an id"},
		"another time":             {set("PAYPAL-TRANSMISSION-TIME", "2026-11-25T12:00:01Z"), webhook.Unverified, "does not match"},
		"the same time in words":   {set("PAYPAL-TRANSMISSION-TIME", "2026-11-25T12:00:00+00:00"), webhook.Unverified, "does not match"},
		"no time":                  {set("PAYPAL-TRANSMISSION-TIME", "yesterday"), webhook.Unverified, "ISO 8601"},
		"five days later":          {func(_ *testing.T, _ *paypal, req *webhook.Request) { req.ReceivedAt = signedAt.Add(120 * time.Hour) }, webhook.Unverified, "more than 96h ago"},
		"from the future":          {func(_ *testing.T, _ *paypal, req *webhook.Request) { req.ReceivedAt = signedAt.Add(-120 * time.Hour) }, webhook.Unverified, "in the future"},
		"another algorithm":        {set("PAYPAL-AUTH-ALGO", "SHA1withRSA"), webhook.Unverified, "is not SHA256withRSA"},
		"no algorithm":             {set("PAYPAL-AUTH-ALGO", "none"), webhook.Unverified, "is not SHA256withRSA"},
		"no signature":             {func(_ *testing.T, _ *paypal, req *webhook.Request) { req.Header.Del("PAYPAL-TRANSMISSION-SIG") }, webhook.Unverified, "no header PAYPAL-TRANSMISSION-SIG"},
		"a short signature":        {set("PAYPAL-TRANSMISSION-SIG", "aGk="), webhook.Unverified, "is not a signature"},
		"a signature without bits": {set("PAYPAL-TRANSMISSION-SIG", strings.Repeat("AAAA", 86)), webhook.Unverified, "does not match"},
		"no headers":               {func(_ *testing.T, _ *paypal, req *webhook.Request) { req.Header = nil }, webhook.Unverified, "no header"},
		"http":                     {at("http://api.paypal.com/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"another host":             {at("https://evil.example/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a longer host":            {at("https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a host in front":          {at("https://evil-api.paypal.com/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a host without a dot":     {at("https://apixpaypal.com/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"another host of PayPal":   {at("https://www.paypal.com/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a dot at the end":         {at("https://api.paypal.com./v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a user":                   {at("https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a user at PayPal":         {at("https://a:b@api.paypal.com/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a backslash":              {at(`https://evil.example\@api.paypal.com/v1/notifications/certs/CERT-1`), webhook.Unverified, host},
		"another port":             {at("https://api.paypal.com:8443/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a path elsewhere":         {at("https://api.paypal.com/v1/oauth2/certs/CERT-1"), webhook.Unverified, host},
		"a path that climbs":       {at("https://api.paypal.com/v1/notifications/certs/../../evil"), webhook.Unverified, host},
		"an escaped path":          {at("https://api.paypal.com/v1/notifications/certs/%2e%2e%2fevil"), webhook.Unverified, host},
		"a path with more":         {at("https://api.paypal.com/v1/notifications/certs/a/b"), webhook.Unverified, host},
		"no name":                  {at("https://api.paypal.com/v1/notifications/certs/"), webhook.Unverified, host},
		"a query":                  {at(paypalCert + "?next=https://evil.example"), webhook.Unverified, host},
		"a fragment":               {at(paypalCert + "#x"), webhook.Unverified, host},
		"no scheme":                {at("//api.paypal.com/v1/notifications/certs/CERT-1"), webhook.Unverified, host},
		"a URL of nonsense":        {at("https://[::1"), webhook.Unverified, host},
		"an expired certificate":   {cert(leaf{name: paypalHost, from: signedAt.AddDate(-1, 0, 0), to: signedAt.Add(-time.Second)}), webhook.Unverified, "has expired"},
		"a certificate for later":  {cert(leaf{name: paypalHost, from: signedAt.Add(time.Minute), to: signedAt.AddDate(1, 0, 0)}), webhook.Unverified, "is not valid yet"},
		"another name":             {cert(leaf{name: "evil.example"}), webhook.Unverified, "the certificate is not PayPal's"},
		"a name that begins so":    {cert(leaf{name: "www.paypal.com.evil.example"}), webhook.Unverified, "the certificate is not PayPal's"},
		"a name that ends so":      {cert(leaf{name: "evilpaypal.com"}), webhook.Unverified, "the certificate is not PayPal's"},
		"no name before the dot":   {cert(leaf{name: ".paypal.com"}), webhook.Unverified, "the certificate is not PayPal's"},
		"another name beside":      {cert(leaf{name: paypalHost, hosts: []string{paypalHost, "evil.example"}}), webhook.Unverified, "the certificate is not PayPal's"},
		"another name in front":    {cert(leaf{name: "evil.example", hosts: []string{paypalHost}}), webhook.Unverified, "the certificate is not PayPal's"},
		"an unknown authority": {func(t *testing.T, p *paypal, _ *webhook.Request) {
			p.web.pages[paypalCert] = newAuthorityOf(t, "Root", rsaKeys()[2], nil).issue(t, leaf{name: paypalHost})
		}, webhook.Unverified, chain},
		"a certificate of another": {func(t *testing.T, p *paypal, _ *webhook.Request) {
			p.web.pages[paypalCert] = inPEM(p.root.certificate.Raw)
		}, webhook.Unverified, "the certificate is not PayPal's"},
		"a page":        {func(_ *testing.T, p *paypal, _ *webhook.Request) { p.web.pages[paypalCert] = "<html>hush</html>" }, webhook.Unavailable, "is not a certificate"},
		"an empty page": {func(_ *testing.T, p *paypal, _ *webhook.Request) { p.web.pages[paypalCert] = "" }, webhook.Unavailable, "is not a certificate"},
		"a large certificate": {func(_ *testing.T, p *paypal, _ *webhook.Request) {
			p.web.pages[paypalCert] += strings.Repeat("\n", 64<<10)
		}, webhook.Unavailable, "over 64 KiB"},
		"no such certificate":        {answers(paypalCert, 404), webhook.Unverified, "there is no certificate at the URL"},
		"a redirect":                 {answers(paypalCert, 302), webhook.Unavailable, "status 302"},
		"a server that is down":      {answers(paypalCert, 503), webhook.Unavailable, "status 503"},
		"a server that is not there": {answers(paypalCert, 0), webhook.Unavailable, "connection refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPayPal(t)
			req := webhook.Request{Source: "pay", Header: p.sent(t, paypalWebhook), Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: signedAt}
			tt.change(t, p, &req)
			got, err := p.receiver("AAAAAAAAAAAAAAAAA", paypalWebhook).Receive(t.Context(), req)
			wantKind(t, err, tt.want, tt.reason)
			if tt.want == ok {
				if len(got.Deliveries) != 1 || string(got.Deliveries[0].Body) != paypalBody || got.Deliveries[0].Proof != "paypal" || got.Deliveries[0].Headers["paypal-transmission-sig"] != "" {
					t.Errorf("Receive = %+v", got)
				}
			}
			if tt.reason == host && len(p.web.asked) > 0 {
				t.Errorf("fetched %q", p.web.asked)
			}
		})
	}
}

// leafOnly publishes a certificate without its issuer's, which is elsewhere.
func (p *paypal) leafOnly(t *testing.T, issuer string) {
	t.Helper()
	p.web.pages[paypalCert] = p.between.issue(t, leaf{name: paypalHost, issuer: issuer})
	p.web.pages[paypalIssuer] = string(p.between.certificate.Raw)
	p.web.pages["https://evil.example/DigiCertEVRSACAG2.crt"] = string(p.between.certificate.Raw)
	p.web.pages[paypalIssuer+"?a=.crt"] = string(p.between.certificate.Raw)
}

// wantKind checks the kind of an error, -1 for none, and that it shows nothing of the request.
func wantKind(t *testing.T, err error, want webhook.Kind, reason string) {
	t.Helper()
	var e *webhook.Error
	switch text := fmt.Sprint(err); {
	case want == -1 && err != nil:
		t.Errorf("refused: %v", err)
	case want != -1 && (!errors.As(err, &e) || e.Kind != want || !strings.Contains(text, reason)):
		t.Errorf("error = %v, want %v: %s", err, want, reason)
	case strings.Contains(text, "hush") || strings.Contains(text, "evil") || strings.Contains(text, paypalWebhook):
		t.Errorf("%v shows what was sent or stored", err)
	}
}

// TestPayPalHeadersTwice: a proxy and the program could read another of two headers.
func TestPayPalHeadersTwice(t *testing.T) {
	p := newPayPal(t)
	for name := range p.sent(t, paypalWebhook) {
		header := p.sent(t, paypalWebhook)
		header.Add(name, header.Get(name))
		_, err := p.receiver(paypalWebhook).Receive(t.Context(), webhook.Request{Source: "pay", Header: header, Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: signedAt})
		if name != "Content-Type" {
			wantKind(t, err, webhook.Unverified, "more than one header")
		}
	}
}

// TestPayPalWebhookIDs: an event for another webhook is refused, also one of PayPal's simulator,
// for which there is a secret that everyone knows.
func TestPayPalWebhookIDs(t *testing.T) {
	tests := map[string]struct {
		signed, stored, reason string
	}{
		"another webhook":           {"9XL90610J3647323C", paypalWebhook, "does not match"},
		"an event of the simulator": {"WEBHOOK_ID", "WEBHOOK_ID", "is not the ID of a webhook"},
		"a secret of another kind":  {"a-long-secret-of-mine", "a-long-secret-of-mine", "is not the ID of a webhook"},
		"a short one":               {"9XL", "9XL", "has fewer than"},
		"none":                      {"", "", "no secret is stored"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPayPal(t)
			_, err := p.receiver(tt.stored).Receive(t.Context(), webhook.Request{Source: "pay", Header: p.sent(t, tt.signed), Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: signedAt})
			wantKind(t, err, webhook.Unverified, tt.reason)
		})
	}
	p := newPayPal(t)
	_, err := p.receiver("9XL90610J3647323C").Receive(t.Context(), webhook.Request{Source: "pay", Header: p.sent(t, "9XL90610J3647323C"), Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: signedAt})
	wantKind(t, err, -1, "")
}

// TestCertificatesAreKept: a certificate is fetched once at a time, and again when it has
// expired or may have been replaced.
func TestCertificatesAreKept(t *testing.T) {
	p := newPayPal(t)
	r := p.receiver(paypalWebhook)
	receive := func(at time.Time) error {
		_, err := r.Receive(t.Context(), webhook.Request{Source: "pay", Header: p.sent(t, paypalWebhook), Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: at})
		return err
	}
	p.web.status[paypalCert] = 500
	if receive(signedAt) == nil {
		t.Error("accepted without a certificate")
	}
	delete(p.web.status, paypalCert)
	for range 5 {
		if err := receive(signedAt); err != nil {
			t.Error(err)
		}
	}
	if err := receive(signedAt.Add(13 * time.Hour)); err != nil {
		t.Error(err)
	}
	want := []string{"GET " + paypalCert, "GET " + paypalCert, "GET " + paypalCert}
	if diff := cmp.Diff(want, p.web.asked); diff != "" {
		t.Errorf("fetched: -want +got\n%s", diff)
	}
}

// slow is a web that answers after a while.
type slow struct {
	web   *web
	after time.Duration
}

func (s slow) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-time.After(s.after):
		return s.web.RoundTrip(req)
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// TestSlowCertificates: requests at the same time share a fetch, and none waits for longer than
// its sender would.
func TestSlowCertificates(t *testing.T) {
	for name, tt := range map[string]struct {
		after  time.Duration
		want   webhook.Kind
		reason string
	}{"a second": {time.Second, -1, ""}, "a minute": {time.Minute, webhook.Unavailable, "deadline exceeded"}} {
		t.Run(name, func(t *testing.T) {
			p := newPayPal(t)
			header := p.sent(t, paypalWebhook)
			synctest.Test(t, func(t *testing.T) {
				r := webhook.New(webhook.Config{
					Sources: []event.Source{{Name: "pay", Verify: []event.Scheme{rowOf("paypal")}}}, Secrets: stored{"pay": {paypalWebhook}},
					HTTP: &http.Client{Transport: slow{p.web, tt.after}}, Roots: p.roots,
				})
				start := time.Now()
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						_, err := r.Receive(t.Context(), webhook.Request{Source: "pay", Header: header, Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: signedAt})
						wantKind(t, err, tt.want, tt.reason)
					})
				}
				all.Wait()
				if took := time.Since(start); took > 1500*time.Millisecond {
					t.Errorf("took %v", took)
				}
			})
			if len(p.web.asked) > 1 {
				t.Errorf("fetched %d times", len(p.web.asked))
			}
		})
	}
}

// TestNoFetching: a program that fetches nothing accepts nothing either.
func TestNoFetching(t *testing.T) {
	p := newPayPal(t)
	r := webhook.New(webhook.Config{Sources: []event.Source{{Name: "pay", Verify: []event.Scheme{rowOf("paypal")}}}, Secrets: stored{"pay": {paypalWebhook}}, Roots: p.roots})
	_, err := r.Receive(t.Context(), webhook.Request{Source: "pay", Header: p.sent(t, paypalWebhook), Body: webhook.Bytes([]byte(paypalBody)), ReceivedAt: signedAt})
	wantKind(t, err, webhook.Unavailable, "has no HTTP client")
}
