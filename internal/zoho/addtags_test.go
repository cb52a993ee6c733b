package zoho_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

func TestAddTagsRequests(t *testing.T) {
	for version, want := range map[string]string{
		"v2": "POST /base/crm/v2/Deals/actions/add_tags?ids=" + one + "," + two + "&tag_names=x,y+z&over_write=false",
		"v8": `POST /base/crm/v8/Deals/actions/add_tags {"tags":[{"name":"x"},{"name":"y z"}],"ids":["` + one + `","` + two + `"],"over_write":false}`,
	} {
		e := serving(t, says(200, `{"data":[`+success(one, `["x"]`)+`,`+success(two, "[]")+`]}`))
		if _, err := client(t, e, version, &aToken{}).AddTags(t.Context(), "Deals", []string{one, two}, []string{"x", "y z"}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{want}, e.asked()); diff != "" {
			t.Errorf("%s: -want +got\n%s", version, diff)
		}
	}
}

// TestAddedTags: a record keeps the tags that it has, and gets no tag twice; one that cannot
// have more of them fails alone.
func TestAddedTags(t *testing.T) {
	records, err := sandbox.ParseRecords([]byte(`Deals: [{id: "` + one + `", Tag: [VIP]}, {id: "` + two + `", Tag: [a, b, c, d, e, f, g, h, i, j]}]`))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"v2", "v8"} {
		crm := sandbox.New(sandbox.Config{Records: records, MixedStatus: 207})
		server := httptest.NewServer(crm)
		defer server.Close()
		credentials := zohoauth.Credentials(crm.Credentials())
		c, err := zoho.New(zoho.Config{Version: version, Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
			AccountsURL: server.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
		}))})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.AddTags(t.Context(), "Deals", []string{one, two, "7"}, []string{"VIP", "In progress"})
		if err != nil || len(got) != 3 || got[0].Err != nil || got[1].Err == nil || got[2].Err == nil {
			t.Fatalf("%s: AddTags = %+v, %v", version, got, err)
		}
		if diff := cmp.Diff([]string{"VIP", "In progress"}, got[0].Tags); diff != "" {
			t.Errorf("%s: -want +got\n%s", version, diff)
		}
		if tags, _ := crm.Tags("Deals", one); !cmp.Equal(tags, []string{"VIP", "In progress"}) {
			t.Errorf("%s: the record has %v", version, tags)
		}
		if journal := crm.Journal(); len(journal) != 1 || !cmp.Equal(journal[0].Added, []string{"In progress"}) {
			t.Errorf("%s: journal %+v", version, journal)
		}
	}
}
