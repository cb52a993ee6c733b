package handler_test

import (
	"encoding/json"
	"testing"
)

// TestAuthorizers: the gateway writes the containers of an identity on every route; only
// their contents show whether there was one.
func TestAuthorizers(t *testing.T) {
	const v1, v2 = "payload 1.0", "payload 2.0"
	const yes, no = 200, 401
	tests := map[string]struct {
		format  string
		context string // the members of requestContext that are about the caller
		status  int
	}{
		"nothing":                            {v2, ``, no},
		"null":                               {v2, `"authorizer": null`, no},
		"empty":                              {v2, `"authorizer": {}`, no},
		"a list":                             {v2, `"authorizer": []`, no},
		"a list of an authorizer":            {v2, `"authorizer": [{"lambda": {"user": "x"}}]`, no},
		"false":                              {v2, `"authorizer": false`, no},
		"true":                               {v2, `"authorizer": true`, no},
		"a text":                             {v2, `"authorizer": "lambda"`, no},
		"a number":                           {v2, `"authorizer": 1`, no},
		"IAM":                                {v2, `"authorizer": {"iam": {"userArn": "arn:aws:iam::1:user/x", "cognitoIdentity": null}}`, yes},
		"IAM, the id of the caller":          {v2, `"authorizer": {"iam": {"callerId": "AIDA", "userArn": null}}`, yes},
		"IAM, the id of the user":            {v2, `"authorizer": {"iam": {"userId": "AIDA"}}`, yes},
		"IAM that is null":                   {v2, `"authorizer": {"iam": null}`, no},
		"IAM that is empty":                  {v2, `"authorizer": {"iam": {}}`, no},
		"IAM of nobody":                      {v2, `"authorizer": {"iam": {"accessKey": "", "accountId": "", "callerId": "", "cognitoIdentity": null, "principalOrgId": "", "userArn": "", "userId": ""}}`, no},
		"IAM, an account alone":              {v2, `"authorizer": {"iam": {"accountId": "123456789012"}}`, no},
		"IAM of another type":                {v2, `"authorizer": {"iam": "arn:aws:iam::1:user/x"}`, no},
		"IAM, an ARN of another type":        {v2, `"authorizer": {"iam": {"userArn": true, "callerId": ["x"], "userId": 1}}`, no},
		"IAM, blanks":                        {v2, `"authorizer": {"iam": {"userArn": " \t"}}`, no},
		"JWT":                                {v2, `"authorizer": {"jwt": {"claims": {"sub": "x"}, "scopes": null}}`, yes},
		"JWT that is null":                   {v2, `"authorizer": {"jwt": null}`, no},
		"JWT that is empty":                  {v2, `"authorizer": {"jwt": {}}`, no},
		"JWT without claims":                 {v2, `"authorizer": {"jwt": {"claims": null, "scopes": null}}`, no},
		"JWT of no claims":                   {v2, `"authorizer": {"jwt": {"claims": {}, "scopes": null}}`, no},
		"JWT of empty claims":                {v2, `"authorizer": {"jwt": {"claims": {"sub": "", "iss": null, "aud": [], "x": {"y": {}}}}}`, no},
		"JWT of claims that are a text":      {v2, `"authorizer": {"jwt": {"claims": "sub"}}`, no},
		"JWT, scopes alone":                  {v2, `"authorizer": {"jwt": {"claims": null, "scopes": ["a"]}}`, no},
		"JWT of another type":                {v2, `"authorizer": {"jwt": true}`, no},
		"Lambda":                             {v2, `"authorizer": {"lambda": {"user": "x"}}`, yes},
		"Lambda, a context of null":          {v2, `"authorizer": {"lambda": {"user": null}}`, yes},
		"Lambda, no context":                 {v2, `"authorizer": {"lambda": null}`, yes},
		"Lambda, an empty context":           {v2, `"authorizer": {"lambda": {}}`, yes},
		"Lambda of another type":             {v2, `"authorizer": {"lambda": false}`, no},
		"Lambda that is a list":              {v2, `"authorizer": {"lambda": []}`, no},
		"Lambda that is a text":              {v2, `"authorizer": {"lambda": "x"}`, no},
		"every container, empty":             {v2, `"authorizer": {"jwt": null, "iam": null, "lambda": null}`, no},
		"every container, one filled":        {v2, `"authorizer": {"jwt": null, "iam": {"userId": "AIDA"}, "lambda": null}`, yes},
		"payload 1.0's in 2.0":               {v2, `"authorizer": {"principalId": "x", "claims": {"sub": "x"}}`, no},
		"another spelling":                   {v2, `"authorizer": {"Lambda": {"user": "x"}, "IAM": {"userArn": "x"}}, "Authorizer": {"lambda": null}`, no},
		"a client certificate":               {v2, `"authentication": {"clientCert": {"subjectDN": "CN=x"}}`, no},
		"1.0: nothing":                       {v1, ``, no},
		"1.0: null":                          {v1, `"authorizer": null`, no},
		"1.0: empty":                         {v1, `"authorizer": {}`, no},
		"1.0: a list":                        {v1, `"authorizer": []`, no},
		"1.0: false":                         {v1, `"authorizer": false`, no},
		"1.0: a text":                        {v1, `"authorizer": "x"`, no},
		"1.0: a route without one":           {v1, `"authorizer": {"claims": null, "scopes": null}`, no},
		"1.0: a route without one, spaced":   {v1, `"authorizer" : { "claims" : null , "scopes" : [ ] }`, no},
		"1.0: no claims":                     {v1, `"authorizer": {"claims": {}}`, no},
		"1.0: empty claims":                  {v1, `"authorizer": {"claims": {"sub": "", "scope": null}}`, no},
		"1.0: claims that are a list":        {v1, `"authorizer": {"claims": ["sub"]}`, no},
		"1.0: scopes alone":                  {v1, `"authorizer": {"claims": null, "scopes": ["a"]}`, no},
		"1.0: claims":                        {v1, `"authorizer": {"claims": {"sub": "x"}, "scopes": null}`, yes},
		"1.0: an empty principal":            {v1, `"authorizer": {"principalId": ""}`, no},
		"1.0: a blank principal":             {v1, `"authorizer": {"principalId": " "}`, no},
		"1.0: no principal":                  {v1, `"authorizer": {"principalId": null}`, no},
		"1.0: a principal of another type":   {v1, `"authorizer": {"principalId": {"id": "x"}}`, no},
		"1.0: a principal":                   {v1, `"authorizer": {"principalId": "x", "integrationLatency": 12}`, yes},
		"1.0: the latency alone":             {v1, `"authorizer": {"integrationLatency": 12}`, no},
		"1.0: all of the gateway's own":      {v1, `"authorizer": {"claims": null, "scopes": null, "principalId": "", "integrationLatency": 3, "latency": 4, "status": "200", "integrationStatus": 200, "requestId": "x", "error": "x"}`, no},
		"1.0: a context":                     {v1, `"authorizer": {"tenant": "x", "integrationLatency": 3}`, yes},
		"1.0: a context of a number":         {v1, `"authorizer": {"tenant": 7}`, yes},
		"1.0: a context of true":             {v1, `"authorizer": {"admin": true}`, yes},
		"1.0: a context of nothing":          {v1, `"authorizer": {"tenant": null, "user": "", "admin": false, "roles": [], "more": {}, "deep": {"a": {"b": null}}}`, no},
		"1.0: payload 2.0's":                 {v1, `"authorizer": {"lambda": null, "jwt": {"claims": {}}, "iam": {}}`, no},
		"1.0: IAM":                           {v1, `"identity": {"userArn": "arn:aws:iam::1:user/x"}`, yes},
		"1.0: IAM, the caller":               {v1, `"identity": {"caller": "AIDA", "userArn": null}`, yes},
		"1.0: IAM, the user":                 {v1, `"identity": {"user": "AIDA"}`, yes},
		"1.0: an identity of nobody":         {v1, `"identity": {"accessKey": null, "accountId": null, "caller": null, "cognitoIdentityId": null, "sourceIp": "203.0.113.1", "user": null, "userAgent": "x", "userArn": null}`, no},
		"1.0: an identity of empty texts":    {v1, `"identity": {"caller": "", "user": " ", "userArn": ""}`, no},
		"1.0: an API key":                    {v1, `"identity": {"apiKey": "key", "apiKeyId": "id", "accountId": "123456789012"}`, no},
		"1.0: an identity of another type":   {v1, `"identity": "arn:aws:iam::1:user/x"`, no},
		"1.0: an ARN of another type":        {v1, `"identity": {"userArn": {"arn": "x"}}`, no},
		"1.0: a client certificate":          {v1, `"identity": {"clientCert": {"subjectDN": "CN=x"}}`, no},
		"1.0: the account of the API":        {v1, `"accountId": "123456789012"`, no},
		"load balancer, an authorizer":       {"ALB", `"authorizer": {"principalId": "x", "lambda": null}, "identity": {"userArn": "x"}`, no},
		"load balancer, none":                {"ALB", ``, no},
		"1.0: the last of two authorizers":   {v1, `"authorizer": {"principalId": "x"}, "authorizer": {"claims": null}`, no},
		"2.0: the last of two Lambda's":      {v2, `"authorizer": {"lambda": {"user": "x"}}, "authorizer": {}`, no},
		"2.0: a key that only looks like it": {v2, `"authorizer": {"lambd\u0061 ": null}`, no},
		"2.0: an escaped key":                {v2, `"authorizer": {"lambd\u0061": null}`, yes},
	}
	for name, tt := range tests {
		// bus accepts only aws; zoho also accepts a token, here a wrong one.
		for _, source := range []string{"bus", "zoho"} {
			t.Run(name+", "+source, func(t *testing.T) {
				l := newLine(t)
				payload := callerOf(tt.format, tt.context, source)
				answer, err := l.Invoke(t.Context(), payload)
				var got response
				if err != nil || json.Unmarshal(answer, &got) != nil || got.StatusCode != tt.status {
					t.Fatalf("Invoke(%s) = %s, %v, want %d", payload, answer, err, tt.status)
				}
				if n := len(l.crm.Journal()); n > 0 && tt.status == no {
					t.Errorf("%d tags were removed", n)
				}
			})
		}
	}
}

// callerOf returns a request with a wrong token, and what its gateway says about the caller.
func callerOf(format, context, source string) []byte {
	if context != "" {
		context = ", " + context
	}
	text, _ := json.Marshal(closed(wonDeal))
	shared := `"headers": {"content-type": "application/json", "x-webhook-token": "wrong", "x-amzn-oidc-identity": "x", "x-amzn-oidc-data": "x"}, "body": ` + string(text)
	path := `"/webhooks/` + source + `"`
	switch format {
	case "payload 2.0":
		return []byte(`{"version": "2.0", "rawPath": ` + path + `, "requestContext": {"http": {"method": "POST"}` + context + `}, ` + shared + `}`)
	case "ALB":
		return []byte(`{"httpMethod": "POST", "path": ` + path + `, "requestContext": {"elb": {"targetGroupArn": "arn"}` + context + `}, ` + shared + `}`)
	}
	return []byte(`{"version": "1.0", "httpMethod": "POST", "path": ` + path + `, "requestContext": {"stage": "prod"` + context + `}, ` + shared + `}`)
}
