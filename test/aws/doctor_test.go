package aws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/awsenv"
	"untag/internal/sandbox"
)

// command builds untag once for a test, and returns what runs it with this environment.
func command(t *testing.T) func(env []string, stdin string, args ...string) (int, string, string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "untag")
	if out, err := exec.Command("go", "build", "-o", binary, "untag/cmd/untag").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return func(env []string, stdin string, args ...string) (int, string, string) {
		t.Helper()
		var out, errs bytes.Buffer
		cmd := exec.Command(binary, args...)
		cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = t.TempDir(), strings.NewReader(stdin), &out, &errs
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}, env...)
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), out.String(), errs.String()
	}
}

const doctorRules = `version: 1
sources:
  zoho: {verify: token}
  crm: {verify: zoho-notification, watch: {events: [Deals.edit]}}
rules:
  - {name: closed, on: [zoho, crm], when: true, record: {module: Deals, id: event.id}, where: record.Stage == "Closed Won", remove: [In progress]}
  - {name: found, on: zoho, when: true, record: {module: Contacts, find: {email: event.email}}, remove: [Trial]}
`

const doctorSecrets = `{"zoho": "3f9c2b7e5a1d4c8f0e6b9a2d7c5f1e8b", "crm": "8b1a4d3f9c2b7e5a1d4c8f0e6b9a2d7c"}`

// doctorStack has what doctor looks at of the project's template.
const doctorStack = `{"Resources": {
	"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
	"Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
	"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 5}}}
}, "Outputs": {
	"WebhookSecretArn": {"Value": "STACK-webhooks"}, "ZohoSecretArn": {"Value": "STACK-zoho"}, "ZohoTokenSecretArn": {"Value": "STACK-token"},
	"QueueUrl": {"Value": {"Ref": "Queue"}}, "DeadLetterQueueUrl": {"Value": {"Ref": "Dead"}}, "AlarmTopicArn": {"Value": {"Ref": "Topic"}},
	"WebhookUrl": {"Value": "https://hooks.example.com/webhooks/"}
}}`

// patient is a deployment with a fault.
type patient struct {
	rules, webhooks, zoho string
	config                sandbox.Config
	template              string
	alarms                int
	notify, subscribed    bool
	enabled               string // the address that notifications are enabled for
	dead                  int
	// serve is between untag and the sandbox.
	serve func(http.Handler) http.Handler
	args  []string
}

func healthy() *patient {
	records, err := sandbox.ParseRecords([]byte(`
Deals: [{id: "5725767000000524157", Stage: Open, Tag: [In progress]}]
Contacts: [{id: "5725767000000600001", Email: ada@example.com, Tag: [Trial]}]
`))
	if err != nil {
		panic(err)
	}
	return &patient{
		rules: doctorRules, webhooks: doctorSecrets, config: sandbox.Config{Records: records},
		template: doctorStack, alarms: 1, notify: true, subscribed: true, enabled: "https://hooks.example.com",
	}
}

// TestDoctor plants each fault in a healthy deployment. Only what is wrong is reported, with
// what to do.
func TestDoctor(t *testing.T) {
	c := newCloud(t)
	run := command(t)
	for name, tt := range map[string]struct {
		plant func(*patient)
		exit  int
		want  []string // status, check: found
	}{
		"healthy":                   {func(*patient) {}, 0, nil},
		"no webhook secrets":        {func(p *patient) { p.webhooks = "" }, 1, []string{"fault webhook secrets: there is no secret"}},
		"not JSON":                  {func(p *patient) { p.webhooks = "hush-hush-hush" }, 1, []string{"fault webhook secrets: the secret"}},
		"a source without a secret": {func(p *patient) { p.webhooks = `{"crm": "8b1a4d3f9c2b7e5a1d4c8f0e6b9a2d7c"}` }, 1, []string{"fault webhook secrets: source zoho: no secret is stored"}},
		"a secret that is an example": {func(p *patient) {
			p.webhooks = strings.Replace(doctorSecrets, "3f9c2b7e5a1d4c8f0e6b9a2d7c5f1e8b", "changeme", 1)
		}, 1, []string{"fault webhook secrets: source zoho: "}},
		"a secret of no source": {func(p *patient) {
			p.webhooks = strings.Replace(doctorSecrets, "{", `{"zoo": "8b1a4d3f9c2b7e5a1d4c8f0e", `, 1)
		}, 0, []string{"warning webhook secrets: source zoo: there is no source of this name"}},
		"no credential":     {func(p *patient) { p.zoho = "-" }, 1, []string{"fault Zoho credential: there is no secret"}},
		"half a credential": {func(p *patient) { p.zoho = `{"client_id": "1000.X", "data_center": "us"}` }, 1, []string{"fault Zoho credential: "}},
		"an unknown data center": {func(p *patient) {
			p.zoho = `{"client_id": "1", "client_secret": "2", "refresh_token": "3", "data_center": "de"}`
		}, 1, []string{`fault Zoho credential: data_center: "de"`}},
		"a wrong client": {func(p *patient) {
			p.zoho = `{"client_id": "1", "client_secret": "2", "refresh_token": "3", "data_center": "us"}`
		}, 1, []string{"fault access token: Zoho refuses the client"}},
		"a refresh token that ended": {func(p *patient) { p.zoho = "revoked" }, 1, []string{"fault access token: Zoho refuses the refresh token"}},
		"the wrong environment":      {func(p *patient) { p.config.APIHost = "sandbox.zohoapis.com" }, 1, []string{"fault data center and environment: "}},
		"a scope is missing": {func(p *patient) {
			p.config.Scope = "ZohoCRM.modules.deals.ALL,ZohoCRM.modules.contacts.ALL,ZohoCRM.settings.ALL,ZohoCRM.notifications.ALL"
		}, 1, []string{"fault scopes: the credential lacks ZohoSearch.securesearch.READ: rule `found`"}},
		"no module": {func(p *patient) { p.rules = strings.Replace(doctorRules, "module: Contacts", "module: Contactz", 1) }, 1, []string{"fault modules: rule `found`: the account has no module Contactz → did you mean Contacts?"}},
		"no field":  {func(p *patient) { p.rules = strings.Replace(doctorRules, "record.Stage", "record.Stag", 1) }, 1, []string{"fault fields: rule `closed`: Deals has no field Stag → did you mean Stage?"}},
		"no tag": {func(p *patient) {
			p.rules = strings.Replace(doctorRules, "remove: [In progress]", "remove: [in progress]", 1)
		}, 1, []string{`fault tags: rule ` + "`closed`" + `: Deals has no tag "in progress" → did you mean In progress?`}},
		"a rules file with an error": {func(p *patient) { p.rules = strings.Replace(doctorRules, "verify: token", "verify: tokn", 1) }, 1, []string{"fault rules: "}},
		"not subscribed":             {func(p *patient) { p.enabled = "" }, 1, []string{"fault notifications: source crm is not subscribed"}},
		"subscribed elsewhere":       {func(p *patient) { p.enabled = "https://old.example.com" }, 1, []string{"fault notifications: source crm: Zoho notifies https://old.example.com/webhooks/crm"}},
		"failed webhooks": {func(p *patient) {
			p.config.WebhookFailures = []map[string]any{{"webhook": map[string]any{"name": "To untag"}, "response_code": 401}}
		}, 0, []string{`warning webhooks of Zoho: 1 failed in the last 30 days: 1 × "To untag" (401)`}},
		"dead letters":  {func(p *patient) { p.dead = 2 }, 0, []string{"warning dead letters: 2 events"}},
		"no such queue": {func(p *patient) { p.args = []string{"--queue-url", c.endpoint + "/123456789012/none"} }, 1, []string{"fault queue: QUEUE_URL names a queue that does not exist"}},
		"a queue that is not there": {func(p *patient) {
			p.template = cut(p.template, `"QueueUrl": `, `{"Ref": "Dead"}}, `)
			p.template = strings.Replace(p.template, "{", `{"Parameters": {"Delivery": {"Type": "String", "Default": "Queued"}}, `, 1)
		}, 1, []string{"fault queue: the stack has Delivery=Queued, but its outputs name no queue"}},
		"a queue without redrive":     {func(p *patient) { p.template = cut(p.template, `"RedrivePolicy": `, `}, "maxReceiveCount": 5}`) }, 0, []string{"warning queue: it has no dead-letter queue"}},
		"alarms that notify nobody":   {func(p *patient) { p.alarms, p.notify = 2, false }, 1, []string{"fault alarms: 2 alarms without anybody to notify: "}},
		"a topic without subscribers": {func(p *patient) { p.subscribed = false }, 1, []string{"fault alarms: the topic"}},
		"no alarms":                   {func(p *patient) { p.alarms = 0 }, 0, []string{"warning alarms: the stack has none"}},
		"a wrong clock":               {func(p *patient) { p.serve = inTheFuture }, 1, []string{"fault clock: this computer is 1h0m0s behind Zoho"}},
		"no such stack":               {func(p *patient) { p.args = []string{"--stack", "none"} }, 1, []string{"fault stack: there is no stack none"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := healthy()
			tt.plant(p)
			env, stack := p.deploy(t, c, run)
			exit, out, errs := run(env, "", append([]string{"doctor", "--stack", stack, "--json", "--rules", env[len(env)-1]}, p.args...)...)
			var report struct {
				Lines []struct{ Status, Check, Found, Do string }
			}
			if err := json.Unmarshal([]byte(out), &report); err != nil {
				t.Fatalf("untag doctor: exit %d: %v\n%s%s", exit, err, out, errs)
			}
			var got []string
			for _, l := range report.Lines {
				if l.Status != "ok" {
					got = append(got, l.Status+" "+l.Check+": "+l.Found+" → "+l.Do)
				}
				if l.Status != "ok" && l.Do == "" {
					t.Errorf("%s says not what to do: %s", l.Check, l.Found)
				}
			}
			matches := slices.EqualFunc(got, tt.want, strings.HasPrefix)
			if exit != tt.exit || !matches || len(tt.want) == 0 && len(report.Lines) < 12 {
				t.Errorf("untag doctor: exit %d, want %d\ngot  %s\nwant %s\n%s", exit, tt.exit, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "), errs)
			}
			if strings.Contains(out+errs, "hush") || strings.Contains(out, "8b1a4d3f9c2b7e5a") {
				t.Errorf("a secret is shown:\n%s", out)
			}
		})
	}
}

// cut removes from begin to end, and what begin is the value of.
func cut(text, begin, end string) string {
	before, rest, found := strings.Cut(text, begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		panic("not found: " + begin)
	}
	return before + after
}

// inTheFuture lets answers of Zoho say that it is an hour later.
func inTheFuture(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		h.ServeHTTP(w, r)
	})
}

// deploy makes the stack, stores the secrets, and returns the environment for untag, the last
// of which is the rules file.
func (p *patient) deploy(t *testing.T, c *cloud, run func([]string, string, ...string) (int, string, string)) ([]string, string) {
	t.Helper()
	config, err := awsenv.Config(environment(c.endpoint))
	if err != nil {
		t.Fatal(err)
	}
	config.BaseEndpoint = &c.endpoint
	// A second try would find the stack that the first one made.
	config.HTTPClient = &http.Client{Timeout: time.Minute}
	stacks := cloudformation.NewFromConfig(config)
	stack := "untag-" + strings.NewReplacer("/", "-", "_", "-").Replace(t.Name())
	p.template = strings.ReplaceAll(p.template, "STACK", stack)
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: &stack, TemplateBody: &p.template}); err != nil {
		t.Fatal(err)
	}
	described, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		t.Fatal(err)
	}
	outputs := make(map[string]string)
	for _, o := range described.Stacks[0].Outputs {
		outputs[*o.OutputKey] = *o.OutputValue
	}
	crm := sandbox.New(p.config)
	handler := http.Handler(crm)
	if p.serve != nil {
		handler = p.serve(crm)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	credentials := crm.Credentials()
	if p.zoho == "revoked" {
		credentials.RefreshToken, p.zoho = "1000.a.b", ""
	}
	if p.zoho == "" {
		text, err := json.Marshal(credentials)
		if err != nil {
			t.Fatal(err)
		}
		p.zoho = string(text)
	}
	for name, value := range map[string]string{"webhooks": p.webhooks, "zoho": p.zoho, "token": "{}"} {
		in := &secretsmanager.CreateSecretInput{Name: aws.String(stack + "-" + name)}
		if value != "" && value != "-" {
			in.SecretString = &value
		}
		if _, err := c.secrets.CreateSecret(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	for i := range p.alarms {
		// moto makes no alarms from a template. CloudFormation names them like this.
		form := url.Values{
			"Action": {"PutMetricAlarm"}, "Version": {"2010-08-01"}, "AlarmName": {fmt.Sprintf("%s-Alarm-%d", stack, i)}, "Namespace": {"AWS/Lambda"}, "MetricName": {"Errors"},
			"Statistic": {"Sum"}, "Period": {"60"}, "EvaluationPeriods": {"1"}, "Threshold": {"0"}, "ComparisonOperator": {"GreaterThanThreshold"},
		}
		if p.notify {
			form.Set("AlarmActions.member.1", outputs["AlarmTopicArn"])
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.endpoint+"/", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20300101/eu-central-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("PutMetricAlarm: %v, %v", response, err)
		}
		response.Body.Close()
	}
	if p.subscribed {
		topic := outputs["AlarmTopicArn"]
		if _, err := sns.NewFromConfig(config).Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: &topic, Protocol: aws.String("email"), Endpoint: aws.String("ops@example.com")}); err != nil {
			t.Fatal(err)
		}
	}
	for range p.dead {
		if _, err := c.queues.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(outputs["DeadLetterQueueUrl"]), MessageBody: aws.String("{}")}); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	for name, text := range map[string]string{file: p.rules, file + ".good": doctorRules, file + ".json": doctorSecrets} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"AWS_ENDPOINT_URL=" + c.endpoint, "ZOHO_API_URL=" + server.URL, "ZOHO_ACCOUNTS_URL=" + server.URL}
	if p.enabled != "" && p.config.APIHost == "" {
		of := crm.Credentials()
		exit, out, errs := run(append(slices.Clone(env), "ZOHO_CLIENT_ID="+of.ClientID, "ZOHO_CLIENT_SECRET="+of.ClientSecret, "ZOHO_REFRESH_TOKEN="+of.RefreshToken, "ZOHO_DATA_CENTER=us"), "",
			"watch", "enable", "--rules", file+".good", "--secrets", file+".json", "--url", p.enabled)
		if exit != 0 {
			t.Fatalf("untag watch enable: exit %d\n%s%s", exit, out, errs)
		}
	}
	return append(env, file), stack
}
