package aws_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"untag/internal/rules"
)

// TestTheBinaryReadsRulesInS3: at any level, its log begins with its version, and its audit
// names that of the rules.
func TestTheBinaryReadsRulesInS3(t *testing.T) {
	c := newCloud(t)
	const bucket, object = "/rules-of-the-binary", "/rules-of-the-binary/rules.yaml"
	file, err := os.ReadFile("../starter/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, put := range [][2]string{
		{bucket, "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"}, {object, string(file)},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.endpoint+put[0], strings.NewReader(put[1]))
		if err != nil {
			t.Fatal(err)
		}
		// Moto wants a signature, and does not check it.
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0")
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("PUT %s: %v, %v", put[0], response, err)
		}
		_ = response.Body.Close()
	}
	f := c.start(t, map[string]string{
		"RULES_URL": "s3:/" + object, "LOG_LEVEL": "error", "WEBHOOK_SECRET_ID": c.webhookSecret(t), "ZOHO_SECRET_ID": c.zohoSecret(t),
	})
	var got response
	invoke(t, f, webhook("a-new-token"), &got)
	first, _, _ := strings.Cut(f.Output(), "\n")
	if got.StatusCode != 200 || !strings.Contains(first, `"message":"start","version":"`) || !strings.Contains(f.Output(), `"rules":"`+rules.VersionOf(file)+`"`) {
		t.Errorf("answer %+v\n%s", got, f.Output())
	}
}
