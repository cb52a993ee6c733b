package awsrequest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// s3 is the one service with rules of its own: it signs the path as it is sent, instead of
// escaping it twice, and wants to be told the hash of the body.
const s3 = "s3"

// Signer signs requests to one service. It is safe for concurrent use.
type Signer struct {
	service     string
	credentials aws.CredentialsProvider
	signer      *v4.Signer
}

// NewSigner returns a Signer for a service, named as in its ARNs, such as sqs.
func NewSigner(service string, credentials aws.CredentialsProvider) *Signer {
	return &Signer{service, credentials, v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == s3 })}
}

// Sign signs a request with this body for a region, as of a time.
func (s *Signer) Sign(ctx context.Context, request *http.Request, body []byte, region string, at time.Time) error {
	credentials, err := s.credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("get credentials: %w", err)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if s.service == s3 {
		request.Header.Set("X-Amz-Content-Sha256", hash)
	}
	return s.signer.SignHTTP(ctx, credentials, request, hash, s.service, region, at)
}
