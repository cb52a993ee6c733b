package zoho_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// TestAgainstTheSandboxsAnswers: in every form of Zoho's answers, one wrong id does not
// affect the others, and a wrong module is an error for every id.
func TestAgainstTheSandboxsAnswers(t *testing.T) {
	records, err := sandbox.ParseRecords([]byte(`Contacts: [{id: "` + one + `", Tag: [VIP]}, {id: "` + two + `", Tag: [VIP]}]`))
	if err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]sandbox.Config{
		"as documented":  {},
		"207":            {MixedStatus: 207},
		"errors in data": {Answers: sandbox.Answers{ErrorsInData: true}},
		"ids by path":    {MixedStatus: 207, Answers: sandbox.Answers{BadIDs: sandbox.BadIDsByPath}},
		"ids by number":  {Answers: sandbox.Answers{BadIDs: sandbox.BadIDsByIndex}},
		"numbers as ids": {Answers: sandbox.Answers{NumericIDs: true}},
		"revoked tokens": {Faults: &sandbox.Faults{Seed: 14, Revoked: 0.3}},
		"all of these":   {MixedStatus: 207, Answers: sandbox.Answers{ErrorsInData: true, BadIDs: sandbox.BadIDsByPath, NumericIDs: true}},
	} {
		t.Run(name, func(t *testing.T) {
			config.Records = records
			crm := sandbox.New(config)
			server := httptest.NewServer(crm)
			defer server.Close()
			credentials := zohoauth.Credentials(crm.Credentials())
			c, err := zoho.New(zoho.Config{Version: "v8", Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
				AccountsURL: server.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
			}))})
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.RemoveTags(t.Context(), "Contacts", []string{two, "7", one}, []string{"VIP"})
			if err != nil || len(got) != 3 || got[0].Err != nil || got[1].Err == nil || got[1].Err.Code != "INVALID_DATA" || got[2].Err != nil {
				t.Errorf("RemoveTags = %+v, %v, want two removals and an error of the second id", got, err)
			}
			for _, id := range []string{one, two} {
				if tags, _ := crm.Tags("Contacts", id); len(tags) > 0 {
					t.Errorf("%s carries %v, want nothing", id, tags)
				}
			}
			if revoked := crm.Requests().TokensRevoked; (revoked > 0) != (config.Faults != nil) {
				t.Errorf("%d tokens were revoked, want some where faults are asked for", revoked)
			}
			got, err = c.RemoveTags(t.Context(), "Nothing", []string{one, two}, []string{"VIP"})
			if err == nil {
				for _, one := range got {
					if one.Err == nil || one.Err.Code != "INVALID_MODULE" {
						t.Errorf("RemoveTags of no module = %+v, want INVALID_MODULE", one)
					}
				}
			} else if failed, ok := errors.AsType[*zoho.Error](err); !ok || failed.Code != "INVALID_MODULE" {
				t.Errorf("RemoveTags of no module = %v, want INVALID_MODULE", err)
			}
		})
	}
}

// TestAgainstTheSandbox runs every step in every version: a token, a look-up, a removal;
// then the same with a revoked token.
func TestAgainstTheSandbox(t *testing.T) {
	records, err := sandbox.ParseRecords([]byte(`
Contacts:
  - {id: "` + one + `", Email: ada@example.com, External_Id: "a,(b)\\", Tag: [In progress, VIP]}
  - {id: "` + two + `", Email: bob@example.com, External_Id: c, Tag: [In progress]}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"} {
		t.Run(version, func(t *testing.T) {
			crm := sandbox.New(sandbox.Config{Records: records})
			server := httptest.NewServer(crm)
			defer server.Close()
			credentials := zohoauth.Credentials(crm.Credentials())
			c, err := zoho.New(zoho.Config{Version: version, Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
				AccountsURL: server.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
			}))})
			if err != nil {
				t.Fatal(err)
			}
			search := zoho.Search{Criteria: []zoho.Criterion{{"External_Id", `a,(b)\`}}}
			found, err := c.Search(t.Context(), "Contacts", search)
			if err != nil || len(found.Records) != 1 || found.Records[0].ID() != one || !zoho.Matches(search, found.Records[0]) {
				t.Fatalf("Search = %v, %v, want %s", found, err, one)
			}
			crm.Revoke()
			got, err := c.RemoveTags(t.Context(), "Contacts", []string{two, one, "7"}, []string{"In progress"})
			if err != nil || len(got) != 3 || got[0].Err != nil || got[1].Err != nil || !got[2].Err.Gone() {
				t.Fatalf("RemoveTags = %+v, %v, want two removals and one record that is gone", got, err)
			}
			if diff := cmp.Diff([]string{"VIP"}, got[1].Tags); diff != "" {
				t.Errorf("tags that remain: -want +got\n%s", diff)
			}
			got, err = c.RemoveTags(t.Context(), "Contacts", []string{one}, []string{"VIP"})
			if err != nil || got[0].Err != nil || len(got[0].Tags) != 0 {
				t.Errorf("RemoveTags of one = %+v, %v, want no tags", got, err)
			}
			read, err := c.Records(t.Context(), "Contacts", []string{one, two}, []string{"Tag"})
			if err != nil || len(read) != 2 || !cmp.Equal(read[0]["Tag"], any([]any{})) {
				t.Errorf("Records = %v, %v, want two without tags", read, err)
			}
			if n := crm.Requests().TokensMinted; n != 2 {
				t.Errorf("minted %d tokens, want 2", n)
			}
		})
	}
}
