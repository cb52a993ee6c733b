package rules_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"untag/internal/rules"
)

func TestSchemaAcceptsWhatLoadAccepts(t *testing.T) {
	data, err := rules.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("rules.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("rules.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		read, err := jsonschema.UnmarshalJSON(strings.NewReader(string(plain)))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(read)
	}
	for _, good := range []string{
		manyRules(2), oneRule("event.a == 1"), ruleOf("{module: Deals, id: [event.id, 5]}", "    remove: x\n    disabled: true"),
		ruleOf(`{module: "${event.m}", find: {criteria: {A: event.a}, many: true}}`, "    where: record.A == 1\n    remove: ['a*']\n    keep: [ab]"),
		ruleOf("{module: Deals, id: event.id, missing: skip}", "    remove: x"),
		"region: us\n" + ruleOf(`{module: Leads, find: {phone: event.p, region: DE, wait: 1h30m}}`, "    remove: x"),
		ruleOf(`{module: Leads, find: {criteria: {Account_Name.id: event.a}, wait: 90s}}`, "    remove: x"),
		strings.Replace(oneRule("true"), "{verify: token}", "{verify: [hmac, aws], header: X, algorithm: sha1, encoding: base64, prefix: p, eventbridge: e}", 1),
		strings.Replace(oneRule("true"), "{verify: token}", `{verify: [token, zoho-notification, basic], header: Authorization, query: key, prefix: "Bearer "}`, 1),
	} {
		if set, faults := rules.Load([]byte(good)); set == nil {
			t.Errorf("Load: %v\n%s", faults, good)
		}
		if err := check(good); err != nil {
			t.Errorf("the schema refuses what Load accepts: %v\n%s", err, good)
		}
	}
	for _, bad := range []string{
		"version: 2\nsources: {a: {verify: token}}\nrules: []", "version: 1", strings.Replace(oneRule("true"), "when", "wenn", 1),
		ruleOf("{module: Deals}", "    remove: x"), ruleOf("{module: Deals, id: event.id, find: {email: event.e}}", "    remove: x"),
		strings.Replace(oneRule("true"), "token", "tokn", 1), "region: +1\n" + oneRule("true"),
		ruleOf(`{module: Leads, find: {criteria: {Account_Name.Phone: event.a}}}`, "    remove: x"),
		ruleOf(`{module: Leads, find: {email: event.e, wait: 5}}`, "    remove: x"),
		ruleOf(`{module: Leads, id: event.id, missing: ignore}`, "    remove: x"),
	} {
		if err := check(bad); err == nil {
			t.Errorf("the schema accepts\n%s", bad)
		}
	}
}
