package aws_test

import (
	"sync"
	"testing"

	"untag/internal/awstest"
)

func TestOneTokenForManyProcesses(t *testing.T) {
	for name, stored := range map[string]string{"no token yet": "{}", "first deployment": "", "half written": `{"access_token":"hush`} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			const processes = 50
			settings := map[string]string{
				"ZOHO_SECRET_ID": c.zohoSecret(t), "WEBHOOK_SECRET_ID": c.webhookSecret(t), "ZOHO_TOKEN_SECRET_ID": c.secret(t, "token", stored),
			}
			var functions []*awstest.Function
			for range processes {
				functions = append(functions, c.start(t, settings))
			}
			var wg sync.WaitGroup
			for _, f := range functions {
				wg.Go(func() {
					var got response
					invoke(t, f, webhook("a-new-token"), &got)
					if got.StatusCode != 200 {
						t.Errorf("answer %+v, want 200\n%s", got, f.Output())
					}
				})
			}
			wg.Wait()
			if n := c.crm.Requests().TokensMinted; n != 1 {
				t.Errorf("%d processes minted %d tokens, want 1", processes, n)
			}
		})
	}
}
