package rulesurl

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// kind is where a file is.
type kind int

const (
	kindFile kind = iota
	kindS3
	kindAppConfig
)

// location is a checked RULES_URL.
type location struct {
	kind kind
	// path is that of a file, or the key of an object.
	path   string
	bucket string
	// url is where the extension of AppConfig serves the file.
	url string
}

// Check returns what is wrong with a RULES_URL, nil for a good one.
func Check(text string) error {
	_, err := parse(text)
	return err
}

func parse(text string) (location, error) {
	scheme, rest, found := strings.Cut(text, ":")
	if !found {
		return location{}, errForms
	}
	switch strings.ToLower(scheme) {
	case "file":
		return parseFile(rest)
	case "s3":
		return parseS3(rest)
	case "http", "https":
		return parseAppConfig(text)
	}
	return location{}, errForms
}

var errForms = errors.New("not a place for rules; write file:PATH, s3://bucket/key, or the address of AWS AppConfig's Lambda extension, " + appConfigExample)

// parseFile reads file:PATH, file:/PATH and file:///PATH.
func parseFile(path string) (location, error) {
	if rest, host := strings.CutPrefix(path, "//"); host {
		if path = rest; !strings.HasPrefix(path, "/") {
			return location{}, errors.New("a file on another host; write file:PATH or file:///PATH, for a file that is deployed with the function")
		}
	}
	if path == "" {
		return location{}, errors.New("names no file; write file:PATH, such as file:/opt/rules.yaml")
	}
	return location{kind: kindFile, path: path}, nil
}

// parseS3 reads s3://bucket/key. As in the AWS CLI, the key is literal: nothing in it is
// escaped.
func parseS3(rest string) (location, error) {
	const example = "write s3://bucket/key, such as s3://my-bucket/rules.yaml"
	rest, slashes := strings.CutPrefix(rest, "//")
	bucket, key, found := strings.Cut(rest, "/")
	switch {
	case !slashes || bucket == "":
		return location{}, errors.New("names no bucket; " + example)
	case !found || key == "" || strings.HasSuffix(key, "/"):
		return location{}, errors.New("names no object in the bucket; " + example)
	case len(bucket) < 3 || len(bucket) > 63 || strings.Trim(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || strings.Contains(bucket, ".."):
		return location{}, errors.New("the bucket's name is not one that S3 allows: 3 to 63 lower-case letters, digits, dots and hyphens; " + example)
	}
	return location{kind: kindS3, bucket: bucket, path: key}, nil
}

const appConfigExample = "http://localhost:2772/applications/A/environments/E/configurations/C"

// parseAppConfig reads the address of the extension, which listens on this machine. Any other
// host is refused: rules that arrive unsigned over a network could be anybody's.
func parseAppConfig(text string) (location, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return location{}, errors.New("not a URL; AppConfig's Lambda extension is at " + appConfigExample)
	}
	host := strings.ToLower(u.Hostname())
	ip := net.ParseIP(host)
	if u.Scheme != "http" || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return location{}, errors.New("only AppConfig's Lambda extension on localhost is read over HTTP, as " + appConfigExample + "; for a file elsewhere, use s3://bucket/key")
	}
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(parts) != 6 ||
		parts[0] != "applications" || parts[2] != "environments" || parts[4] != "configurations" || parts[1] == "" || parts[3] == "" || parts[5] == "" {
		return location{}, errors.New("not the address of a configuration; it looks like " + appConfigExample)
	}
	return location{kind: kindAppConfig, url: u.String()}, nil
}
