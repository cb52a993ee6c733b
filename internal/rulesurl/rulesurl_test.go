package rulesurl_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"untag/internal/rulesurl"
)

func TestCheck(t *testing.T) {
	const forms, notLocal, noBucket, noObject, notAllowed, noFile, noConfiguration = "file:PATH, s3://bucket/key", "only AppConfig's Lambda extension on localhost",
		"names no bucket", "names no object", "not one that S3 allows", "names no file", "not the address of a configuration"
	const configuration = "/applications/untag/environments/prod/configurations/rules"
	for url, want := range map[string]string{
		"file:rules.yaml": "", "file:/opt/rules.yaml": "", "file:///opt/rules.yaml": "", "FILE:rules.yaml": "",
		"file:": noFile, "file://host/rules.yaml": "on another host", "file://": "on another host",
		"s3://my-bucket/rules.yaml": "", "s3://my.bucket/prod/our rules?.yaml": "",
		"s3:my-bucket/rules.yaml": noBucket, "s3:///rules.yaml": noBucket, "s3://my-bucket": noObject, "s3://my-bucket/": noObject, "s3://my-bucket/rules/": noObject,
		"s3://My_Bucket/rules.yaml": notAllowed, "s3://ab/rules.yaml": notAllowed, "s3://evil.example.com#/rules.yaml": notAllowed, "s3://a..b/rules.yaml": notAllowed,
		"http://localhost:2772" + configuration: "", "http://127.0.0.1:2772" + configuration: "", "http://[::1]:2772" + configuration: "",
		"http://example.com" + configuration:                notLocal,
		"https://example.com/rules.yaml":                    notLocal,
		"https://localhost:2772" + configuration:            notLocal,
		"http://localhost.example.com" + configuration:      notLocal,
		"http://localhost@example.com" + configuration:      notLocal,
		"http://169.254.169.254/latest/meta-data":           notLocal,
		"http://10.0.0.1:2772" + configuration:              notLocal,
		"http://localhost:2772/rules.yaml":                  noConfiguration,
		"http://localhost:2772/applications/a/environments": noConfiguration,
		"http://localhost:2772" + configuration + "?flag=a": noConfiguration,
		"http://user@localhost:2772" + configuration:        noConfiguration,
		"http:" + configuration:                             "not a URL",
		"rules.yaml":                                        forms, "ftp://localhost/rules.yaml": forms, "/opt/rules.yaml": forms, "": forms, " s3://my-bucket/rules.yaml": forms,
	} {
		err := rulesurl.Check(url)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("Check(%q) = %v, want %q", url, err, want)
		}
	}
}

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering returns a client whose requests a handler answers.
func answering(h http.HandlerFunc) *http.Client {
	return &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h(w, r)
		return w.Result(), nil
	})}
}

func newReader(t *testing.T, address string, endpoint *string, client *http.Client) *rulesurl.Reader {
	t.Helper()
	r, err := rulesurl.New(rulesurl.Config{URL: address, Endpoint: endpoint, HTTP: client, AWS: aws.Config{
		Region: "eu-central-1",
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "hush", SessionToken: "hush-session"}, nil
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestS3IsAskedWhereTheObjectIs: with a path that is escaped once, as S3 signs it.
func TestS3IsAskedWhereTheObjectIs(t *testing.T) {
	for name, tt := range map[string]struct {
		url      string
		endpoint *string
		want     string
	}{
		"host":          {"s3://my-bucket/prod/rules.yaml", nil, "https://my-bucket.s3.eu-central-1.amazonaws.com/prod/rules.yaml"},
		"dots":          {"s3://my.bucket/rules.yaml", nil, "https://s3.eu-central-1.amazonaws.com/my.bucket/rules.yaml"},
		"own endpoint":  {"s3://my-bucket/rules.yaml", new("http://127.0.0.1:5000/"), "http://127.0.0.1:5000/my-bucket/rules.yaml"},
		"literal":       {"s3://my-bucket/our rules?100%+é.yaml", nil, "https://my-bucket.s3.eu-central-1.amazonaws.com/our%20rules%3F100%25%2B%C3%A9.yaml"},
		"double slash":  {"s3://my-bucket/a//rules.yaml", nil, "https://my-bucket.s3.eu-central-1.amazonaws.com/a//rules.yaml"},
		"escaped slash": {"s3://my-bucket/a%2Fb.yaml", nil, "https://my-bucket.s3.eu-central-1.amazonaws.com/a%252Fb.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t, tt.url, tt.endpoint, answering(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.String() != tt.want || r.Method != http.MethodGet {
					t.Errorf("%s %s, want GET %s", r.Method, r.URL, tt.want)
				}
				if got, want := r.Header.Get("Authorization"), signature(r); got != want {
					t.Errorf("Authorization: %s, want %s", got, want)
				}
				_, _ = w.Write([]byte("version: 1"))
			}))
			if data, err := r.Read(t.Context()); err != nil || string(data) != "version: 1" {
				t.Errorf("Read = %q, %v", data, err)
			}
		})
	}
}

// signature computes Signature Version 4 as S3 documents it, independently of the SDK.
func signature(r *http.Request) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	at := r.Header.Get("X-Amz-Date")
	scope := at[:8] + "/eu-central-1/s3/aws4_request"
	const names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
	list, headers := "", ""
	for name := range strings.SplitSeq(names, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		headers += name + ":" + value + "\n"
		list = names
	}
	if etag := r.Header.Get("If-None-Match"); etag != "" {
		headers = "host:" + r.URL.Host + "\nif-none-match:" + etag + "\n" + strings.SplitN(headers, "\n", 2)[1]
		list = strings.Replace(names, ";", ";if-none-match;", 1)
	}
	canonical := strings.Join([]string{"GET", r.URL.EscapedPath(), "", headers, list, hash("")}, "\n")
	key := []byte("AWS4hush")
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	sum := mac(key, "AWS4-HMAC-SHA256\n"+at+"\n"+scope+"\n"+hash(canonical))
	return "AWS4-HMAC-SHA256 Credential=AKID/" + scope + ", SignedHeaders=" + list + ", Signature=" + hex.EncodeToString(sum)
}

func TestAnUnchangedObjectIsNotReadAgain(t *testing.T) {
	object, etag := "version: 1", `"one"`
	var sent []string
	r := newReader(t, "s3://my-bucket/rules.yaml", nil, answering(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("If-None-Match"))
		if got, want := r.Header.Get("Authorization"), signature(r); got != want {
			t.Errorf("Authorization: %s, want %s", got, want)
		}
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(object))
	}))
	read := func(want string, wantErr error) {
		t.Helper()
		if data, err := r.Read(t.Context()); string(data) != want || !errors.Is(err, wantErr) {
			t.Errorf("Read = %q, %v, want %q, %v", data, err, want, wantErr)
		}
	}
	read("version: 1", nil)
	read("", rulesurl.ErrUnchanged)
	object, etag = "version: 2", `"two"`
	read("version: 2", nil)
	read("", rulesurl.ErrUnchanged)
	if got := strings.Join(sent, " "); got != ` "one" "one" "two"` {
		t.Errorf("If-None-Match: %s", got)
	}
}

func TestWhyAFileCannotBeRead(t *testing.T) {
	const s3, appConfig = "s3://my-bucket/rules.yaml", "http://localhost:2772/applications/a/environments/e/configurations/c"
	code := func(code string) string { return "<Error><Code>" + code + "</Code><Message>hush</Message></Error>" }
	for name, tt := range map[string]struct {
		url, region, body string
		status            int
		want              string
		temporary         bool
	}{
		"forbidden":        {s3, "", code("AccessDenied"), 403, "HTTP 403 AccessDenied; there is no such object, or the function's role may not read it: it needs s3:GetObject", false},
		"missing":          {s3, "eu-west-1", code("NoSuchKey"), 404, "HTTP 404 NoSuchKey; there is no such bucket or object", false},
		"elsewhere":        {s3, "us-east-1", code("PermanentRedirect"), 301, "the bucket is in us-east-1, this function in eu-central-1", false},
		"slow down":        {s3, "", code("SlowDown"), 503, "HTTP 503 SlowDown", true},
		"no code":          {s3, "", "hush", 500, "S3 answered HTTP 500", true},
		"odd code":         {s3, "", code("hush <b>"), 400, "S3 answered HTTP 400", false},
		"not asked for":    {s3, "", "", 304, "S3 answered HTTP 304", false},
		"no configuration": {appConfig, "", "hush", 404, "nothing is deployed there yet", false},
		"extension fails":  {appConfig, "", "hush", 502, "appconfig:GetLatestConfiguration", true},
		"redirect":         {appConfig, "", "hush", 302, "HTTP 302", false},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			r := newReader(t, tt.url, nil, answering(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header().Set("X-Amz-Bucket-Region", tt.region)
				w.Header().Set("Location", "http://example.com/")
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			_, err := r.Read(t.Context())
			e, ok := errors.AsType[*rulesurl.Error](err)
			if !ok || !strings.Contains(err.Error(), tt.want) || e.Temporary != tt.temporary || strings.Contains(err.Error(), "hush") || asked != 1 {
				t.Errorf("Read = %v after %d requests, want %q once, temporary %v", err, asked, tt.want, tt.temporary)
			}
		})
	}
}

// TestTheExtensionIsAskedPlainly: without the credentials, which are for AWS.
func TestTheExtensionIsAskedPlainly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/applications/a/environments/e/configurations/c" || r.Header.Get("Authorization") != "" || r.Header.Get("X-Amz-Security-Token") != "" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		_, _ = w.Write([]byte("version: 1"))
	}))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := newReader(t, "http://localhost:"+u.Port()+"/applications/a/environments/e/configurations/c", nil, nil)
	for range 2 {
		if data, err := r.Read(t.Context()); err != nil || string(data) != "version: 1" {
			t.Errorf("Read = %q, %v", data, err)
		}
	}
	server.Close()
	if _, err := r.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "is its layer part of this function?") {
		t.Errorf("Read = %v", err)
	}
}

func TestAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	r := newReader(t, "file:"+file, nil, nil)
	if _, err := r.Read(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Read = %v, want that the file does not exist", err)
	}
	for _, text := range []string{"version: 1", "version: 2"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if data, err := r.Read(t.Context()); err != nil || string(data) != text {
			t.Errorf("Read = %q, %v, want %q", data, err, text)
		}
	}
}

// TestALargeAnswerIsNotReadWhole: one byte more than a rules file may have is enough to
// refuse it.
func TestALargeAnswerIsNotReadWhole(t *testing.T) {
	r := newReader(t, "s3://my-bucket/rules.yaml", nil, answering(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 9<<20))
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if data, err := r.Read(ctx); err != nil || len(data) != 8<<20+1 {
		t.Errorf("Read = %d bytes, %v, want %d", len(data), err, 8<<20+1)
	}
}
