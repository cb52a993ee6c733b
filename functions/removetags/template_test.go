package main

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"untag/internal/rules"
)

// template is a part of template.yaml.
type template struct{ *yaml.Node }

func readTemplate(t *testing.T) template {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return template{document.Content[0]}
}

// members returns the values of a mapping, by name; none for other nodes.
func (p template) members() map[string]template {
	members := make(map[string]template)
	if p.Node != nil && p.Kind == yaml.MappingNode {
		for i := 0; i < len(p.Content); i += 2 {
			members[p.Content[i].Value] = template{p.Content[i+1]}
		}
	}
	return members
}

// at returns the part at the end of a path of names.
func (p template) at(names ...string) template {
	for _, name := range names {
		p = p.members()[name]
	}
	return p
}

// text returns a scalar with its tag, such as `!Ref Name`; "" if there is none.
func (p template) text() string {
	if p.Node == nil {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(p.Tag, "!!str") + " " + p.Value)
}

// TestTheTemplateThrottlesEachSource: a flood on one source must not affect the others, so
// each source that accepts HTTP requests has its own route with its own limits.
func TestTheTemplateThrottlesEachSource(t *testing.T) {
	text, err := os.ReadFile("../../test/starter/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, faults := rules.Load(text)
	if set == nil {
		t.Fatal(faults)
	}
	throttled := make(map[string]bool)
	for name, event := range readTemplate(t).at("Resources", "RemoveTagsFunction", "Properties", "Events").members() {
		route := event.at("Properties", "Method").text() + " " + event.at("Properties", "Path").text()
		for _, limit := range []string{"ThrottlingRateLimit", "ThrottlingBurstLimit"} {
			if event.at("Properties", "RouteSettings", limit).text() == "" {
				t.Errorf("%s, the route %s, has no %s of its own", name, route, limit)
			}
		}
		throttled[route] = true
	}
	for _, route := range []string{"ANY /webhooks/{source}", "GET /health"} {
		if !throttled[route] {
			t.Errorf("no route %s among %v", route, throttled)
		}
	}
	for _, s := range set.Sources() {
		if route := "ANY /webhooks/" + s.Name; s.Secrets() && !throttled[route] {
			t.Errorf("source %s of the starter rules has no route %s in template.yaml: add one, see docs/deploy.md, Throttling", s.Name, route)
		}
	}
}

// TestTheTemplateLogsNoPath: people paste secrets into URLs.
func TestTheTemplateLogsNoPath(t *testing.T) {
	format := readTemplate(t).at("Resources", "HttpApi", "Properties", "AccessLogSettings", "Format").text()
	for _, variable := range []string{"$context.path", "$context.customDomain", "querystring", "$context.authorizer", "header"} {
		if strings.Contains(format, variable) {
			t.Errorf("the access log has %s: %s", variable, format)
		}
	}
	for _, variable := range []string{"$context.routeKey", "$context.status", "$context.requestId"} {
		if !strings.Contains(format, variable) {
			t.Errorf("the access log lacks %s: %s", variable, format)
		}
	}
}

// TestTheTemplateNamesTheQueueOfTheWorker: the worker has its queue, the receiver none.
func TestTheTemplateNamesTheQueueOfTheWorker(t *testing.T) {
	resources := readTemplate(t).at("Resources")
	variable := []string{"Properties", "Environment", "Variables", "EVENT_QUEUE_ARN"}
	if got := resources.at("WorkerFunction").at(variable...).text(); got != "!GetAtt EventQueue.Arn" {
		t.Errorf("the worker's EVENT_QUEUE_ARN is %q, want !GetAtt EventQueue.Arn", got)
	}
	if receiving := resources.at("RemoveTagsFunction").at(variable...); receiving.Node == nil || receiving.text() != "" {
		t.Errorf("the receiving function's EVENT_QUEUE_ARN is %q, want it to be there, for `sam local`, and empty", receiving.text())
	}
}

// TestTheTemplateCountsWhatIsRefused: including API Gateway's own 429, which the function
// never sees.
func TestTheTemplateCountsWhatIsRefused(t *testing.T) {
	alarm := readTemplate(t).at("Resources", "RefusedAlarm", "Properties")
	for name, want := range map[string]string{"Namespace": "AWS/ApiGateway", "MetricName": "4xx", "Threshold": "!Ref RefusedAlarmCount"} {
		if got := alarm.at(name).text(); got != want {
			t.Errorf("RefusedAlarm has the %s %q, want %q", name, got, want)
		}
	}
}

// TestTheTemplateCountsFaultsOfTheInstallation: it counts the lines that both functions log.
func TestTheTemplateCountsFaultsOfTheInstallation(t *testing.T) {
	resources := readTemplate(t).at("Resources")
	alarm := resources.at("InstallationAlarm", "Properties")
	filters := 0
	for name, r := range resources.members() {
		if r.at("Type").text() != "AWS::Logs::MetricFilter" {
			continue
		}
		filters++
		if got := r.at("Properties", "FilterPattern").text(); got != `{ $.message = "installation" }` {
			t.Errorf("%s counts %s, want the lines about the installation", name, got)
		}
		one := template{r.at("Properties", "MetricTransformations").Content[0]}
		if one.at("MetricNamespace").text() != alarm.at("Namespace").text() || one.at("MetricName").text() != alarm.at("MetricName").text() {
			t.Errorf("%s counts into %s %s, and the alarm is about %s %s", name,
				one.at("MetricNamespace").text(), one.at("MetricName").text(), alarm.at("Namespace").text(), alarm.at("MetricName").text())
		}
	}
	if filters != 2 {
		t.Errorf("%d metric filters, want one for each function", filters)
	}
}
