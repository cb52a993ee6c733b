package aws_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"untag/functions/removetags/handler"
	"untag/internal/awsenv"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
	hooks "untag/internal/webhook"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// manyDeals is how many records the wrong rule touches.
const manyDeals = 10_000

// TestAuditAndUndo: a wrong rule takes a tag off ten thousand records. The audit in CloudWatch
// Logs tells each of them, an undo puts back exactly these, and a second one changes nothing.
func TestAuditAndUndo(t *testing.T) {
	c := newCloud(t)
	var deals []string
	for i := range manyDeals {
		deals = append(deals, fmt.Sprintf(`{id: "%d", Tag: [In progress, VIP]}`, 5725767000000000000+i))
	}
	// One never had the tag.
	deals[7] = strings.Replace(deals[7], "In progress, ", "", 1)
	records, err := sandbox.ParseRecords([]byte("Deals: [" + strings.Join(deals, ", ") + "]"))
	if err != nil {
		t.Fatal(err)
	}
	crm := sandbox.New(sandbox.Config{Records: records})
	server := httptest.NewServer(crm)
	defer server.Close()

	group := removeFromAll(t, c, crm, server.URL)
	binary := filepath.Join(t.TempDir(), "untag")
	if out, err := exec.Command("go", "build", "-o", binary, "untag/cmd/untag").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	credentials := crm.Credentials()
	untag := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Env = append(os.Environ(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL="+c.endpoint,
			"AUDIT_LOG_GROUPS="+group, "ZOHO_API_URL="+server.URL, "ZOHO_ACCOUNTS_URL="+server.URL, "ZOHO_CLIENT_ID="+credentials.ClientID,
			"ZOHO_CLIENT_SECRET="+credentials.ClientSecret, "ZOHO_REFRESH_TOKEN="+credentials.RefreshToken, "ZOHO_DATA_CENTER="+credentials.DataCenter)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("untag %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if n := strings.Count(untag("audit", "--rule", "wrong", "--since", "1h", "--json"), "\n"); n != manyDeals-1 {
		t.Fatalf("the audit has %d lines, want %d", n, manyDeals-1)
	}
	if out := untag("audit", "--record", "5725767000000000042", "--since", "1h"); strings.Count(out, "wrong") != 1 || !strings.Contains(out, "removed") {
		t.Errorf("the audit of one record:\n%s", out)
	}
	if out := untag("undo", "--rule", "wrong", "--since", "1h", "--dry-run"); !strings.Contains(out, fmt.Sprintf("on records: %d", manyDeals-1)) {
		t.Errorf("undo --dry-run:\n%s", out)
	}
	if out := untag("undo", "--rule", "wrong", "--since", "1h", "--yes"); !strings.Contains(out, fmt.Sprintf("Put back: %d\n", manyDeals-1)) {
		t.Errorf("undo:\n%s", out)
	}
	if n := crm.Requests().AddTags; n != manyDeals/100 {
		t.Errorf("%d calls put the tags back, want %d", n, manyDeals/100)
	}
	for i := range manyDeals {
		tags, _ := crm.Tags("Deals", fmt.Sprint(5725767000000000000+i))
		if len(tags) != 2 && i != 7 || i == 7 && len(tags) != 1 {
			t.Fatalf("record %d has %v", i, tags)
		}
	}
	before := len(crm.Journal())
	if out := untag("undo", "--rule", "wrong", "--since", "1h", "--yes"); !strings.Contains(out, "Nothing to put back") || len(crm.Journal()) != before {
		t.Errorf("the second undo:\n%s", out)
	}
}

// removeFromAll lets a rule take a tag off all records, and puts the function's audit into a log
// group, whose name it returns.
func removeFromAll(t *testing.T, c *cloud, crm *sandbox.Sandbox, zohoURL string) (group string) {
	t.Helper()
	set, faults := rules.Load([]byte(`version: 1
sources: {crm: {verify: aws}}
rules: [{name: wrong, on: crm, when: event.all == true, record: {module: Deals, id: event.ids}, remove: [In progress]}]
`))
	if set == nil {
		t.Fatal(faults)
	}
	credentials := zohoauth.Credentials(crm.Credentials())
	client, err := zoho.New(zoho.Config{Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: zohoURL, APIURL: zohoURL, Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
	})), APIURL: zohoURL})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	h := handler.New(handler.Config{
		Rules: set, Receiver: hooks.New(hooks.Config{Sources: set.Sources()}), ReadFirst: true,
		Pipeline: pipeline.New(pipeline.Config{Rules: set, CRM: client, ReadFirst: true}),
		Audit: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.MessageKey {
				a.Key = "message"
			}
			return a
		}})),
	})
	for first := 0; first < manyDeals; first += 1000 {
		var ids []string
		for i := range 1000 {
			ids = append(ids, fmt.Sprint(5725767000000000000+first+i))
		}
		event, _ := json.Marshal(map[string]any{"source": "crm", "event": map[string]any{"all": true, "ids": ids}})
		if _, err := h.Invoke(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	config, err := awsenv.Config(environment(c.endpoint))
	if err != nil {
		t.Fatal(err)
	}
	logs := cloudwatchlogs.NewFromConfig(config, func(o *cloudwatchlogs.Options) { o.BaseEndpoint = &c.endpoint })
	group, stream := "/aws/lambda/"+c.prefix, "a"
	if _, err := logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		t.Fatal(err)
	}
	if _, err := logs.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &stream}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for first := 0; first < len(lines); first += 1000 {
		var events []types.InputLogEvent
		for _, text := range lines[first:min(first+1000, len(lines))] {
			events = append(events, types.InputLogEvent{Message: aws.String(text), Timestamp: aws.Int64(time.Now().UnixMilli())})
		}
		if _, err := logs.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream, LogEvents: events}); err != nil {
			t.Fatal(err)
		}
	}
	return group
}
