package webhook

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// maxCertificates is how many certificates are kept. A sender uses one or two at a time.
	maxCertificates = 16
	// certificateLife is how long a certificate is kept: its sender may replace it.
	certificateLife = 12 * time.Hour
)

// certificates fetches the certificates that senders name in their requests, and keeps them.
// It is safe for concurrent use.
type certificates struct {
	client *http.Client

	mu sync.Mutex
	// kept has the most recently fetched last.
	kept []certificate
	// running are the fetches that have not ended, by URL: there is one for each URL.
	running map[string]*fetching
}

// certificate is what was fetched from a URL: a certificate, and those of its issuers that
// came with it.
type certificate struct {
	url     string
	fetched time.Time
	chain   []*x509.Certificate
}

type fetching struct {
	done  chan struct{}
	chain []*x509.Certificate
	err   error
}

func newCertificates(client *http.Client) *certificates {
	return &certificates{client: client, running: make(map[string]*fetching)}
}

// at returns the certificates at a URL, which must have been checked, at least one.
func (c *certificates) at(ctx context.Context, url string, now time.Time) ([]*x509.Certificate, error) {
	c.mu.Lock()
	c.kept = slices.DeleteFunc(c.kept, func(one certificate) bool {
		return now.Sub(one.fetched).Abs() > certificateLife || now.After(one.chain[0].NotAfter)
	})
	if i := slices.IndexFunc(c.kept, func(one certificate) bool { return one.url == url }); i >= 0 {
		defer c.mu.Unlock()
		return c.kept[i].chain, nil
	}
	f, runs := c.running[url]
	if runs {
		c.mu.Unlock()
		select {
		case <-f.done:
			return f.chain, f.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	f = &fetching{done: make(chan struct{})}
	c.running[url] = f
	c.mu.Unlock()

	f.chain, f.err = c.fetch(ctx, url)

	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, url)
	if f.err == nil {
		c.kept = append(c.kept, certificate{url, now, f.chain})
		c.kept = c.kept[max(0, len(c.kept)-maxCertificates):]
	}
	close(f.done)
	return f.chain, f.err
}

func (c *certificates) fetch(ctx context.Context, url string) ([]*x509.Certificate, error) {
	data, err := fetch(ctx, c.client, url)
	if err != nil {
		return nil, err
	}
	return parseCertificates(data)
}

// parseCertificates reads certificates in PEM, or one in DER.
func parseCertificates(data []byte) (chain []*x509.Certificate, err error) {
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errNoCertificate
		}
		chain = append(chain, one)
	}
	if len(chain) > 0 {
		return chain, nil
	}
	one, err := x509.ParseCertificate(data)
	if err != nil {
		return nil, errNoCertificate
	}
	return []*x509.Certificate{one}, nil
}

var errNoCertificate = errors.New("the answer is not a certificate")

// validAt returns why a certificate does not count at a time, "" if it does.
func validAt(c *x509.Certificate, now time.Time) (reason string) {
	switch {
	case now.After(c.NotAfter):
		return "the certificate has expired"
	case now.Before(c.NotBefore):
		return "the certificate is not valid yet"
	}
	return ""
}
