package webhook_test

import (
	"crypto"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

const (
	snsTopic = "arn:aws:sns:us-west-2:123456789012:Orders"
	snsCert  = "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
	snsURL   = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + snsTopic + "&Token=hush"
)

// sns is SNS: the fields of its message, and what it publishes.
type sns struct {
	fields map[string]any
	body   string // in place of the fields
	header http.Header
	at     time.Time
	topics []string
	web    *web
}

func newSNS(t testing.TB, kind string) *sns {
	t.Helper()
	s := &sns{
		fields: map[string]any{
			"Type": kind, "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": snsTopic, "Message": "line 1\nline 2 €",
			"Timestamp": "2026-11-25T12:00:00.655Z", "SignatureVersion": "2", "SigningCertURL": snsCert,
		},
		header: http.Header{"X-Amz-Sns-Message-Id": {"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"}, "Content-Type": {"text/plain; charset=UTF-8"}},
		at:     signedAt, topics: []string{"arn:aws:sns:us-west-2:123456789012:Other", snsTopic},
		web: &web{pages: map[string]string{snsCert: newAuthority(t, "Amazon", nil).issue(t, leaf{name: "sns.amazonaws.com"}), snsURL: "<ConfirmSubscriptionResponse/>"}, status: map[string]int{}},
	}
	if kind == "Notification" {
		s.fields["UnsubscribeURL"] = "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=hush"
	} else {
		s.fields["Token"], s.fields["SubscribeURL"] = "hush", snsURL
	}
	s.sign(t, rsaHash("2"))
	return s
}

func rsaHash(version string) crypto.Hash {
	if version == "1" {
		return crypto.SHA1
	}
	return crypto.SHA256
}

// sign signs the fields as SNS does.
func (s *sns) sign(t testing.TB, hash crypto.Hash) {
	t.Helper()
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if s.fields["Type"] != "Notification" {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text strings.Builder
	for _, name := range names {
		if value, ok := s.fields[name].(string); ok {
			text.WriteString(name + "\n" + value + "\n")
		}
	}
	s.fields["Signature"] = rsaSigned(t, rsaKeys()[1], hash, text.String())
}

func (s *sns) receive(t *testing.T) (webhook.Received, error) {
	t.Helper()
	body := s.body
	if body == "" {
		text, err := json.Marshal(s.fields)
		if err != nil {
			t.Fatal(err)
		}
		body = string(text)
	}
	row, _ := rules.LoadSender("sns")
	row.Source.Name = "topic"
	r := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{"topic": s.topics}, HTTP: &http.Client{Transport: s.web}})
	return r.Receive(t.Context(), webhook.Request{Source: "topic", Method: "POST", Header: s.header, Body: webhook.Bytes([]byte(body)), ReceivedAt: s.at})
}

// TestSNS: what SNS signs is accepted, and each fault is refused, or answered so that SNS sends
// the message again.
func TestSNS(t *testing.T) {
	set := func(name string, value any) func(*testing.T, *sns) {
		return func(_ *testing.T, s *sns) { s.fields[name] = value }
	}
	resigned := func(name string, value any) func(*testing.T, *sns) {
		return func(t *testing.T, s *sns) { s.fields[name] = value; s.sign(t, crypto.SHA256) }
	}
	version := func(version string) func(*testing.T, *sns) {
		return func(t *testing.T, s *sns) { s.fields["SignatureVersion"] = version; s.sign(t, rsaHash(version)) }
	}
	at := func(address string) func(*testing.T, *sns) {
		return func(_ *testing.T, s *sns) {
			s.web.pages[address] = s.web.pages[snsCert]
			s.fields["SigningCertURL"] = address
		}
	}
	page := func(page string) func(*testing.T, *sns) {
		return func(_ *testing.T, s *sns) { s.web.pages[snsCert] = page }
	}
	status := func(status int) func(*testing.T, *sns) {
		return func(_ *testing.T, s *sns) { s.web.status[snsCert] = status }
	}
	body := func(body string) func(*testing.T, *sns) { return func(_ *testing.T, s *sns) { s.body = body } }
	later := func(d time.Duration) func(*testing.T, *sns) { return func(_ *testing.T, s *sns) { s.at = s.at.Add(d) } }
	cert := func(l leaf) func(*testing.T, *sns) {
		return func(t *testing.T, s *sns) { s.web.pages[snsCert] = newAuthority(t, "Amazon", nil).issue(t, l) }
	}
	const host = "is not the URL of a certificate of SNS"
	const mismatch = "does not match the message"
	const ok webhook.Kind = -1
	tests := map[string]struct {
		change func(*testing.T, *sns)
		want   webhook.Kind
		reason string
	}{
		"version 2":                  {version("2"), ok, ""},
		"version 1":                  {version("1"), ok, ""},
		"a subject":                  {resigned("Subject", "a subject"), ok, ""},
		"no subject":                 {resigned("Subject", nil), ok, ""},
		"an hour later":              {later(time.Hour), ok, ""},
		"China":                      {at("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem"), ok, ""},
		"the port":                   {at(strings.Replace(snsCert, ".com", ".com:443", 1)), ok, ""},
		"version 3":                  {version("3"), webhook.Unverified, "is not 1 or 2"},
		"the other hash":             {set("SignatureVersion", "1"), webhook.Unverified, mismatch},
		"a version that is a number": {set("SignatureVersion", 2), webhook.Unverified, "is not 1 or 2"},
		"another message":            {set("Message", "evil"), webhook.Unverified, mismatch},
		"another id":                 {set("MessageId", "22b80b92"), webhook.Unverified, mismatch},
		"another time":               {set("Timestamp", "2026-11-25T12:00:01.655Z"), webhook.Unverified, mismatch},
		"an added subject":           {set("Subject", "evil"), webhook.Unverified, mismatch},
		"another type":               {set("Type", "Publication"), webhook.Unverified, "`Type` is not"},
		"no type":                    {set("Type", nil), webhook.Unverified, "`Type` is not"},
		"text that moved": {func(_ *testing.T, s *sns) {
			s.fields["Message"] = "line 1"
			s.fields["MessageId"] = "line 2 €\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"
		}, webhook.Unverified, "has a line break"},
		"another topic":           {resigned("TopicArn", "arn:aws:sns:us-west-2:999999999999:Orders"), webhook.Unverified, "another topic than the stored one"},
		"a longer topic":          {resigned("TopicArn", snsTopic+"2"), webhook.Unverified, "another topic than the stored one"},
		"no topic":                {set("TopicArn", nil), webhook.Unverified, "no text `TopicArn`"},
		"a topic that is a list":  {set("TopicArn", []string{snsTopic}), webhook.Unverified, "no text `TopicArn`"},
		"no stored topic":         {func(_ *testing.T, s *sns) { s.topics = []string{"a-long-secret-of-mine"} }, webhook.Unverified, "is not the ARN of a topic"},
		"nothing stored":          {func(_ *testing.T, s *sns) { s.topics = nil }, webhook.Unverified, "no secret is stored"},
		"a day later":             {later(25 * time.Hour), webhook.Unverified, "more than 2h ago"},
		"from the future":         {later(-3 * time.Hour), webhook.Unverified, "in the future"},
		"a time in words":         {resigned("Timestamp", "noon"), webhook.Unverified, "ISO 8601"},
		"no signature":            {set("Signature", nil), webhook.Unverified, "is not a signature"},
		"an empty signature":      {set("Signature", ""), webhook.Unverified, "is not a signature"},
		"another signature":       {set("Signature", strings.Repeat("AAAA", 86)), webhook.Unverified, mismatch},
		"http":                    {at("http" + snsCert[5:]), webhook.Unverified, host},
		"a longer host":           {at("https://sns.us-east-1.amazonaws.com.evil.example/a.pem"), webhook.Unverified, host},
		"a longer host in China":  {at("https://sns.us-east-1.amazonaws.com.cn.evil.example/a.pem"), webhook.Unverified, host},
		"a host of a bucket":      {at("https://sns.s3.evil.amazonaws.com/a.pem"), webhook.Unverified, host},
		"another service":         {at("https://s3.us-east-1.amazonaws.com/a.pem"), webhook.Unverified, host},
		"a host in front":         {at("https://evil-sns.us-east-1.amazonaws.com/a.pem"), webhook.Unverified, host},
		"no region":               {at("https://sns..amazonaws.com/a.pem"), webhook.Unverified, host},
		"no dot":                  {at("https://sns.us-east-1xamazonaws.com/a.pem"), webhook.Unverified, host},
		"no host":                 {at("https:///a.pem"), webhook.Unverified, host},
		"a user":                  {at("https://sns.us-east-1.amazonaws.com@evil.example/a.pem"), webhook.Unverified, host},
		"a user at SNS":           {at("https://evil@sns.us-east-1.amazonaws.com/a.pem"), webhook.Unverified, host},
		"another port":            {at("https://sns.us-east-1.amazonaws.com:444/a.pem"), webhook.Unverified, host},
		"another file":            {at("https://sns.us-east-1.amazonaws.com/a.txt"), webhook.Unverified, host},
		"a query":                 {at("https://sns.us-east-1.amazonaws.com/?Action=Publish&x=.pem"), webhook.Unverified, host},
		"a query behind":          {at(snsCert + "?a"), webhook.Unverified, host},
		"a fragment":              {at("https://sns.us-east-1.amazonaws.com/evil#a.pem"), webhook.Unverified, host},
		"a path that climbs":      {at("https://sns.us-east-1.amazonaws.com/../a.pem"), webhook.Unverified, host},
		"no URL":                  {set("SigningCertURL", nil), webhook.Unverified, host},
		"an expired certificate":  {cert(leaf{name: "sns.amazonaws.com", from: signedAt.AddDate(-1, 0, 0), to: signedAt.Add(-time.Second)}), webhook.Unverified, "has expired"},
		"a certificate for later": {cert(leaf{name: "sns.amazonaws.com", from: signedAt.Add(time.Second), to: signedAt.AddDate(1, 0, 0)}), webhook.Unverified, "is not valid yet"},
		"a certificate of another": {func(t *testing.T, s *sns) {
			s.web.pages[snsCert] = inPEM(newAuthority(t, "Amazon", nil).certificate.Raw)
		}, webhook.Unverified, mismatch},
		"a page":                {page("<html>"), webhook.Unavailable, "is not a certificate"},
		"a large certificate":   {page(strings.Repeat("x", 70_000)), webhook.Unavailable, "over 64 KiB"},
		"a redirect":            {status(301), webhook.Unavailable, "status 301"},
		"a server that is down": {status(500), webhook.Unavailable, "status 500"},
		"nobody there":          {status(0), webhook.Unavailable, "connection refused"},
		"a raw message":         {func(_ *testing.T, s *sns) { s.header.Set("x-amz-sns-rawdelivery", "true"); s.body = `{"id":1}` }, webhook.Unverified, "switch off raw message delivery"},
		"another body":          {body(`{"id":1}`), webhook.Unverified, "is not a message of SNS"},
		"a list":                {body(`[]`), webhook.Unverified, "is not a JSON object"},
		"no body":               {body(" "), webhook.Unverified, "not valid JSON"},
		"a field twice": {func(t *testing.T, s *sns) {
			text, _ := json.Marshal(s.fields)
			s.body = strings.Replace(string(text), `{`, `{"Message":"evil",`, 1)
		}, webhook.Unverified, "a name twice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSNS(t, "Notification")
			tt.change(t, s)
			got, err := s.receive(t)
			wantKind(t, err, tt.want, tt.reason)
			if tt.want == ok && (len(got.Deliveries) != 1 || got.Deliveries[0].Proof != "sns") {
				t.Errorf("Receive = %+v", got)
			}
			if tt.reason == host && len(s.web.asked) > 0 {
				t.Errorf("fetched %q", s.web.asked)
			}
		})
	}
}

// TestSNSEvents: rules read the notification, and in it a message that is a JSON object. They do
// not see its signature, nor the URL that ends the subscription.
func TestSNSEvents(t *testing.T) {
	tests := map[string]struct {
		message string
		want    any
	}{
		"text":               {"hello", "hello"},
		"nothing":            {"", ""},
		"a JSON object":      {`{"id":5725767000000524157,"tags":["a"],"t":"\u20ac"}`, map[string]any{"id": 5725767000000524157, "tags": []any{"a"}, "t": "€"}},
		"an empty object":    {`{}`, map[string]any{}},
		"a JSON list":        {`[1]`, "[1]"},
		"a number":           {`1`, "1"},
		"not quite JSON":     {`{"id":1`, `{"id":1`},
		"an object and more": {`{} "evil": 1`, `{} "evil": 1`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSNS(t, "Notification")
			s.fields["Message"] = tt.message
			s.sign(t, crypto.SHA256)
			got, err := s.receive(t)
			if err != nil || len(got.Deliveries) != 1 {
				t.Fatalf("Receive = %+v, %v", got, err)
			}
			d := got.Deliveries[0]
			ev, err := webhook.Parse(d)
			if err != nil || d.DeliveryID != s.fields["MessageId"] {
				t.Fatalf("%s: %v", d.Body, err)
			}
			want := maps.Clone(s.fields)
			maps.DeleteFunc(want, func(name string, _ any) bool {
				return name == "Signature" || name == "SigningCertURL" || name == "UnsubscribeURL"
			})
			want["Message"] = tt.want
			if diff := cmp.Diff(want, ev.Fields); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestSNSSubscriptions: a verified confirmation is answered after its URL was fetched, once and
// only from SNS. If it could not be fetched, SNS sends the message again.
func TestSNSSubscriptions(t *testing.T) {
	url := func(address string) func(*testing.T, *sns) {
		return func(t *testing.T, s *sns) {
			s.web.pages[address] = "ok"
			s.fields["SubscribeURL"] = address
			s.sign(t, crypto.SHA256)
		}
	}
	status := func(status int) func(*testing.T, *sns) {
		return func(_ *testing.T, s *sns) { s.web.status[snsURL] = status }
	}
	const elsewhere = "is not a URL of SNS"
	const ok webhook.Kind = -1
	tests := map[string]struct {
		change func(*testing.T, *sns)
		want   webhook.Kind
		reason string
	}{
		"as it is":          {func(*testing.T, *sns) {}, ok, ""},
		"another URL":       {func(_ *testing.T, s *sns) { s.fields["SubscribeURL"] = snsURL + "x" }, webhook.Unverified, "does not match"},
		"another token":     {func(_ *testing.T, s *sns) { s.fields["Token"] = "x" }, webhook.Unverified, "does not match"},
		"no token":          {func(_ *testing.T, s *sns) { delete(s.fields, "Token") }, webhook.Unverified, "no text `Token`"},
		"another topic":     {func(t *testing.T, s *sns) { s.fields["TopicArn"] = snsTopic + "x"; s.sign(t, crypto.SHA256) }, webhook.Unverified, "another topic"},
		"as a notification": {func(_ *testing.T, s *sns) { s.fields["Type"] = "Notification" }, webhook.Unverified, "does not match"},
		"as the end":        {func(_ *testing.T, s *sns) { s.fields["Type"] = "UnsubscribeConfirmation" }, webhook.Unverified, "does not match"},
		"unsigned":          {func(_ *testing.T, s *sns) { delete(s.fields, "Signature") }, webhook.Unverified, "is not a signature"},
		"an evil host":      {url("https://evil.example/?Action=ConfirmSubscription"), webhook.Unverified, elsewhere},
		"http":              {url("http" + snsURL[5:]), webhook.Unverified, elsewhere},
		"a longer host":     {url("https://sns.us-west-2.amazonaws.com.evil.example/?Action=ConfirmSubscription"), webhook.Unverified, elsewhere},
		"another action":    {url("https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"), webhook.Unverified, elsewhere},
		"a path":            {url("https://sns.us-west-2.amazonaws.com/a?Action=ConfirmSubscription"), webhook.Unverified, elsewhere},
		"a redirect":        {status(302), webhook.Unavailable, "status 302"},
		"refused":           {status(403), webhook.Unavailable, "status 403"},
		"gone":              {status(404), webhook.Unavailable, "there is nothing"},
		"down":              {status(500), webhook.Unavailable, "status 500"},
		"nobody there":      {status(0), webhook.Unavailable, "connection refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSNS(t, "SubscriptionConfirmation")
			tt.change(t, s)
			got, err := s.receive(t)
			wantKind(t, err, tt.want, tt.reason)
			confirmed := len(s.web.asked) > 0 && s.web.asked[len(s.web.asked)-1] == "GET "+snsURL
			if (tt.want == ok || tt.want == webhook.Unavailable) != confirmed {
				t.Errorf("fetched %q", s.web.asked)
			}
			if tt.want == ok && (got.Reply == nil || got.Reply.Status != 200 || got.Reply.Note == "" || len(got.Deliveries) > 0) {
				t.Errorf("Receive = %+v", got)
			}
		})
	}
	s := newSNS(t, "UnsubscribeConfirmation")
	got, err := s.receive(t)
	if err != nil || got.Reply == nil || got.Reply.Status != 200 || len(s.web.asked) != 1 {
		t.Errorf("Receive = %+v, %v after %q", got, err, s.web.asked)
	}
}

// TestReadOnly: explaining a recorded request confirms nothing.
func TestReadOnly(t *testing.T) {
	s := newSNS(t, "SubscriptionConfirmation")
	text, _ := json.Marshal(s.fields)
	r := webhook.New(webhook.Config{
		Sources: []event.Source{{Name: "topic", Verify: []event.Scheme{rowOf("sns")}}}, Secrets: stored{"topic": s.topics},
		HTTP: &http.Client{Transport: s.web}, ReadOnly: true,
	})
	req := webhook.Request{Source: "topic", Header: s.header, Body: webhook.Bytes(text), ReceivedAt: s.at}
	got, err := r.Receive(t.Context(), req)
	if err != nil || got.Reply == nil || len(s.web.asked) != 1 {
		t.Errorf("Receive = %+v, %v after %q", got, err, s.web.asked)
	}
	got, err = r.Suppose(t.Context(), req)
	if err != nil || got.Reply == nil || len(s.web.asked) != 1 {
		t.Errorf("Suppose = %+v, %v after %q", got, err, s.web.asked)
	}
}
