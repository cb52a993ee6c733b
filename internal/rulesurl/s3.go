package rulesurl

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/httpbinding"

	"untag/internal/awsrequest"
)

// readS3 reads an object, unless it has this ETag.
func (r *Reader) readS3(ctx context.Context, etag string) (data []byte, mark string, err error) {
	request, err := r.signed(ctx, etag)
	if err != nil {
		return nil, "", &Error{Reason: "sign the request to S3", Err: err}
	}
	response, data, err := r.get(request)
	switch {
	case err != nil:
		return nil, "", &Error{Reason: "S3 does not answer", Err: err, Temporary: true}
	case response.StatusCode == http.StatusOK:
		return data, response.Header.Get("ETag"), nil
	case response.StatusCode == http.StatusNotModified && etag != "":
		return nil, "", ErrUnchanged
	}
	return nil, "", r.refused(response, data)
}

// signed returns a GET of the object with a signature of the SDK's own signer.
func (r *Reader) signed(ctx context.Context, etag string) (*http.Request, error) {
	at, err := r.object()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	if err := r.signer.Sign(ctx, request, nil, r.aws.Region, time.Now()); err != nil {
		return nil, err
	}
	return request, nil
}

// object returns the URL of the object. The bucket is part of the host's name, except at an
// endpoint of your own and where a dot in it would not fit the certificate.
func (r *Reader) object() (*url.URL, error) {
	domain := awsrequest.Domain(r.aws.Region)
	base, path := "https://"+r.bucket+".s3."+r.aws.Region+"."+domain, "/"
	switch {
	case r.endpoint != nil:
		base, path = strings.TrimRight(*r.endpoint, "/"), "/"+r.bucket+"/"
	case strings.Contains(r.bucket, "."):
		base, path = "https://s3."+r.aws.Region+"."+domain, "/"+r.bucket+"/"
	}
	u, err := url.Parse(base + path + httpbinding.EscapePath(r.path, false))
	if err != nil {
		return nil, fmt.Errorf("the address of S3 (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL): %w", err)
	}
	return u, nil
}

// refused returns why S3 did not return the object. Of its answer only the code is shown.
func (r *Reader) refused(response *http.Response, body []byte) *Error {
	e := &Error{
		Reason:    fmt.Sprintf("S3 answered HTTP %d", response.StatusCode),
		Temporary: response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusTooManyRequests,
	}
	if code := codeOf(body); code != "" {
		e.Reason += " " + code
	}
	region := response.Header.Get("X-Amz-Bucket-Region")
	switch {
	case region != "" && region != r.aws.Region && response.StatusCode != http.StatusNotFound && isName(region):
		e.Reason += "; the bucket is in " + region + ", this function in " + r.aws.Region + ": use a bucket in the region of the function"
	case response.StatusCode == http.StatusForbidden:
		e.Reason += "; there is no such object, or the function's role may not read it: it needs s3:GetObject, and kms:Decrypt if a key of your own encrypts the object"
	case response.StatusCode == http.StatusNotFound:
		e.Reason += "; there is no such bucket or object"
	}
	return e
}

// codeOf returns the code of an error of S3: <Error><Code>NoSuchKey</Code>…
func codeOf(body []byte) string {
	_, rest, _ := bytes.Cut(body, []byte("<Code>"))
	code, _, found := bytes.Cut(rest, []byte("</Code>"))
	if !found || !isName(string(code)) {
		return ""
	}
	return string(code)
}

// isName reports whether a text of an answer is short and plain, so that it can be shown.
func isName(text string) bool {
	const longest = 40
	return text != "" && len(text) <= longest && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
