package webhook_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// vector is a request that a vendor or a standard publishes with its secret.
type vector struct {
	sender, secret, body string
	header               http.Header
	at                   int64  // seconds
	url                  string // "" if it is not signed
}

const (
	twilioURL  = "https://mycompany.com/myapp.php?foo=1&bar=2"
	twilioForm = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
	twilioHash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)

func twilioVector(address, body, signature string) vector {
	header := http.Header{"X-Twilio-Signature": {signature}, "Content-Type": {"application/x-www-form-urlencoded"}}
	if strings.HasPrefix(body, "{") {
		header.Set("Content-Type", "application/json")
	}
	return vector{sender: "twilio", secret: "12345", body: body, header: header, url: address}
}

func vectors() map[string]vector {
	return map[string]vector{
		"GitHub's documentation": {
			sender: "github", secret: "It's a Secret to Everybody", body: "Hello, World!",
			header: http.Header{"X-Hub-Signature-256": {"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}},
		},
		"Slack's documentation": {
			sender: "slack", secret: "8f742231b10e8888abcd99yyyzzz85a5", at: 1531420618,
			body:   "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
			header: http.Header{"X-Slack-Signature": {"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"}, "X-Slack-Request-Timestamp": {"1531420618"}},
		},
		"Standard Webhooks' tests": {
			sender: "standard", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", body: `{"test": 2432232314}`, at: 1614265330,
			header: http.Header{"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Gur4pLd03kjn8RYtBm5eJ1aZx/CbVfSdKq/2gNhA6=  v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}},
		},
		"Svix's documentation": {
			sender: "standard", secret: "whsec_plJ3nmyCDGBKInavdOK15jsl", body: `{"event_type":"ping","data":{"success":true}}`, at: 1731705121,
			header: http.Header{"Svix-Id": {"msg_loFOjxBNrRLzqYUf"}, "Svix-Timestamp": {"1731705121"}, "Svix-Signature": {"v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="}},
		},
		// The body is as Zoho's page has it, with two braces at the beginning.
		"Zoho Sign's documentation": {
			sender: "zoho-sign", secret: "thisisthesamplekeyfortestingpurposes",
			body:   `{{"requests":{"request_name":"Test Name"},"notifications":{"operation_type":"RequestSigningSuccess"}}`,
			header: http.Header{"X-Zs-Webhook-Signature": {"drbSrM4H816RYKpZiRBLddUa0yHaTrwjtY04sIZFZus="}},
		},
		"Adyen's documentation": {
			sender: "adyen", secret: "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056",
			body:   `{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},"amount":{"value":1130,"currency":"EUR"},"pspReference":"7914073381342284","eventCode":"AUTHORISATION","eventDate":"2019-05-06T17:15:34.121+02:00","merchantAccountCode":"TestMerchant","operations":["CANCEL","CAPTURE","REFUND"],"merchantReference":"TestPayment-1407325143704","paymentMethod":"visa","success":"true"}}]}`,
			header: http.Header{"Content-Type": {"application/json"}},
		},
		"SendGrid's tests": {
			sender: "sendgrid", secret: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==", at: 1600112502,
			body:   `[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]` + "\r\n",
			header: http.Header{"X-Twilio-Email-Event-Webhook-Timestamp": {"1600112502"}, "X-Twilio-Email-Event-Webhook-Signature": {"MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="}},
		},
		"Dropbox Sign's documentation": {
			sender: "dropbox-sign", secret: "324e3b0840f065eb51f3fd63231d0d33daa35d4ed10d27718839e81737065782",
			body:   "json=" + url.QueryEscape(`{"event":{"event_type":"account_confirmed","event_time":"1669926463","event_hash":"ff8b03439122f9160500c3fb855bdee5a9ccba5fff27d3b258745d8f3074832f","event_metadata":{"related_signature_id":null,"reported_for_account_id":"6421d70b9bd45059fa207d03ab8d1b96515b472c"}}}`),
			header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		},
		"Paddle's tests": {
			sender: "paddle", secret: "pdl_ntfset_01hsdn8d43dt7mezr1ef2jtbaw_hKkRiCGyyRhbFwIUuqiTBgI7gnWoV0Gr", at: 1710929255,
			body:   `{"data":{"id":"pri_01hsdn96k2hxjzsq5yerecdj9j","name":null,"status":"active","quantity":{"maximum":999999,"minimum":1},"tax_mode":"account_setting","product_id":"pro_01hsdn8qp7yydry3x1yeg6a9rv","unit_price":{"amount":"1000","currency_code":"USD"},"custom_data":null,"description":"testing","import_meta":null,"trial_period":null,"billing_cycle":{"interval":"month","frequency":1},"unit_price_overrides":[]},"event_id":"evt_01hsdn97563968dy0szkmgjwh3","event_type":"price.created","occurred_at":"2024-03-20T10:07:35.590857Z","notification_id":"ntf_01hsdn977e920kbgzt6r6c9rqc"}`,
			header: http.Header{"Paddle-Signature": {"ts=1710929255;h1=6c05ef8fa83c44d751be6d259ec955ce5638e2c54095bf128e408e2fce1589c8"}},
		},
		"Square's tests": {
			sender: "square", secret: "Ibxx_5AKakO-3qeNVR61Dw", url: "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9",
			body:   `{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}`,
			header: http.Header{"X-Square-Hmacsha256-Signature": {"GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="}},
		},
		"Twilio's tests":                      twilioVector(twilioURL, twilioForm, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
		"Twilio's tests: repeated fields":     twilioVector(twilioURL, "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234", "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
		"Twilio's tests: JSON":                twilioVector(twilioURL+"&bodySHA256="+twilioHash, `{"property": "value", "boolean": true}`, "a9nBmqA0ju/hNViExpshrM61xv4="),
		"Twilio's tests: JSON, nothing else":  twilioVector("https://mycompany.com/myapp.php?bodySHA256="+twilioHash, `{"property": "value", "boolean": true}`, "y77kIzt2vzLz71DgmJGsen2scGs="),
		"Twilio's tests: a port not signed":   twilioVector(strings.Replace(twilioURL, ".com", ".com:1234", 1), twilioForm, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
		"Twilio's tests: the port of HTTPS":   twilioVector(twilioURL, twilioForm, "kvajT1Ptam85bY51eRf/AJRuM3w="),
		"Twilio's tests: the port of HTTP":    twilioVector(strings.Replace(twilioURL, "https", "http", 1), twilioForm, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
		"Twilio's tests: capitals in a host":  twilioVector(strings.Replace(twilioURL, "mycompany", "MyCompany", 1), twilioForm, "g9IN/x4Cft2g517EjYvEvM/W7LU="),
		"Twilio's tests: capitals and a port": twilioVector(strings.Replace(twilioURL, "mycompany.com", "MyCompany.com:1234", 1), twilioForm, "PCqOZm8cnu/L6+u5i5fuEd+Iac4="),
	}
}

// TestPublishedVectors: what vendors publish is accepted, and not with another secret or body.
func TestPublishedVectors(t *testing.T) {
	for name, v := range vectors() {
		t.Run(name, func(t *testing.T) {
			row, found := rules.LoadSender(v.sender)
			if !found {
				t.Fatal("no row of " + v.sender)
			}
			verify := func(secret, body string) error {
				receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{v.sender: {secret}}, AllowDemo: true})
				_, query, _ := strings.Cut(v.url, "?")
				_, err := receiver.Verify(t.Context(), webhook.Request{
					Source: v.sender, Method: http.MethodPost, URL: v.url, RawQuery: query, Header: v.header, Body: webhook.Bytes([]byte(body)), ReceivedAt: time.Unix(v.at, 0),
				})
				return err
			}
			if err := verify(v.secret, v.body); err != nil {
				t.Error(err)
			}
			other := strings.Replace(v.secret, "4", "5", 1)
			if other == v.secret {
				other += "x"
			}
			if verify(other, v.body) == nil {
				t.Error("accepted with another secret")
			}
			for from, to := range map[string]string{"e": "f", "T": "U", "1": "2"} {
				if changed := strings.Replace(v.body, from, to, 1); changed != v.body && row.Source.Verify[0].Verify.Covers == "body" && verify(v.secret, changed) == nil {
					t.Errorf("accepted with the body %s", changed)
				}
			}
		})
	}
}
