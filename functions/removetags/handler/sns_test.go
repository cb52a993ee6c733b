package handler_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/webhook"
)

const ordersTopic = "arn:aws:sns:eu-central-1:123456789012:orders"

// oneTopic is the stored secret of a source of SNS.
type oneTopic struct{}

func (oneTopic) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{ordersTopic}, nil
}

// pages answers each request with what is at its URL; it is down if it has no pages.
type pages map[string]string

func (p pages) RoundTrip(req *http.Request) (*http.Response, error) {
	page, found := p[req.URL.String()]
	status := http.StatusOK
	if !found {
		status = http.StatusServiceUnavailable
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(page)), Request: req}, nil
}

// TestSubscription: a subscription to a topic of SNS is confirmed and logged, without its token.
// If SNS cannot be reached, it sends the message again.
func TestSubscription(t *testing.T) {
	const host = "https://sns.eu-central-1.amazonaws.com/"
	const subscribe = host + "?Action=ConfirmSubscription&Token=hush"
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	certificate := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, certificate, certificate, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	published := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	fields := map[string]string{
		"Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": ordersTopic, "Message": "m", "Token": "hush", "SubscribeURL": subscribe,
		"Timestamp": now.UTC().Format(time.RFC3339), "SignatureVersion": "2", "SigningCertURL": host + "a.pem",
	}
	var text strings.Builder
	for _, name := range []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"} {
		text.WriteString(name + "\n" + fields[name] + "\n")
	}
	digest := sha256.Sum256([]byte(text.String()))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	fields["Signature"] = base64.StdEncoding.EncodeToString(signature)
	body, _ := json.Marshal(fields)

	set, faults := rules.Load([]byte("version: 1\nsources: {topic: {verify: sns}}\nrules: [{name: r, on: topic, when: true, record: {module: Deals, id: event.Message.id}, remove: [x]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	for name, tt := range map[string]struct {
		web    pages
		status int
		logged string
	}{
		"reached":     {pages{host + "a.pem": published, subscribe: "ok"}, 200, `outcome=handshake reason="the subscription to the topic is confirmed"`},
		"not reached": {pages{host + "a.pem": published}, 503, "confirm the subscription to the topic: the answer has status 503"},
		"down":        {pages{}, 503, "fetch the sender's certificate: the answer has status 503"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			h := handler.New(handler.Config{
				Rules: set, Log: slog.New(slog.NewTextHandler(&log, nil)),
				Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: oneTopic{}, HTTP: &http.Client{Transport: tt.web}}),
			})
			payload, _ := json.Marshal(post("topic", string(body), map[string]string{"content-type": "text/plain; charset=UTF-8"}))
			out, err := h.Invoke(t.Context(), payload)
			var a struct{ StatusCode int }
			if err != nil || json.Unmarshal(out, &a) != nil || a.StatusCode != tt.status {
				t.Errorf("answered %s, %v, want %d", out, err, tt.status)
			}
			if !strings.Contains(log.String(), tt.logged) || strings.Contains(log.String(), "hush") {
				t.Errorf("logged %s", log.String())
			}
		})
	}
}
