package zoho_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
)

// TestTagRemains: a tag that the record still has was not removed, even if the code says so.
func TestTagRemains(t *testing.T) {
	tests := map[string]struct {
		asked []string
		tags  string
		want  map[string]string // tag asked for → how the record still has it
	}{
		"none":                    {[]string{"In progress"}, `[]`, nil},
		"another":                 {[]string{"In progress"}, `["VIP","In progress 2"]`, nil},
		"the tag itself":          {[]string{"In progress"}, `["VIP","In progress"]`, map[string]string{"In progress": "In progress"}},
		"as an object":            {[]string{"In progress"}, `[{"id":"1","name":"In progress","color_code":null}]`, map[string]string{"In progress": "In progress"}},
		"another case":            {[]string{"In progress"}, `["in Progress"]`, map[string]string{"In progress": "in Progress"}},
		"another case, no ASCII":  {[]string{"Überfällig"}, `[{"name":"überfällig"}]`, map[string]string{"Überfällig": "überfällig"}},
		"white space around it":   {[]string{"VIP"}, `[" VIP "]`, map[string]string{"VIP": " VIP "}},
		"its letters decomposed":  {[]string{"Zoë"}, `["Zoe\u0308"]`, map[string]string{"Zoë": "Zoe\u0308"}},
		"one of two":              {[]string{"In progress", "VIP"}, `["vip","Old"]`, map[string]string{"VIP": "vip"}},
		"both":                    {[]string{"In progress", "VIP"}, `["vip","IN PROGRESS"]`, map[string]string{"VIP": "vip", "In progress": "IN PROGRESS"}},
		"not known":               {[]string{"In progress"}, `null`, nil},
		"a text instead":          {[]string{"In progress"}, `"In progress"`, nil},
		"a number":                {[]string{"2024"}, `[2024]`, map[string]string{"2024": "2024"}},
		"after a hundred of them": {[]string{"VIP"}, `["x"` + strings.Repeat(`,"x"`, 200) + `,"VIP"]`, map[string]string{"VIP": "VIP"}},
	}
	for name, tt := range tests {
		for version, body := range map[string]string{"v2": inData(success(one, tt.tags)), "v8": inData(success(one, tt.tags)), "v2.1": success(one, tt.tags)} {
			t.Run(name+", "+version, func(t *testing.T) {
				e := serving(t, says(200, body))
				got, err := client(t, e, version, &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, tt.asked)
				if err != nil || (got[0].Err != nil) != (tt.want != nil) {
					t.Fatalf("RemoveTags = %+v, %v, want kept %q", got, err, tt.want)
				}
				var kept map[string]string
				for _, k := range got[0].Kept {
					if k.Err.Code != zoho.CodeTagRemains || k.Err.Retryable() || k.Err.Record != one || got[0].Err.Code != zoho.CodeTagRemains {
						t.Errorf("%q: error %v, want %s, final", k.Tag, k.Err, zoho.CodeTagRemains)
					}
					if kept == nil {
						kept = make(map[string]string)
					}
					kept[k.Tag] = tt.want[k.Tag]
					for _, spelling := range []string{k.Tag, tt.want[k.Tag]} {
						if !strings.Contains(k.Err.Message, strconv.Quote(spelling)) {
							t.Errorf("%q: message %q lacks %q", k.Tag, k.Err.Message, spelling)
						}
					}
				}
				if diff := cmp.Diff(tt.want, kept); diff != "" {
					t.Errorf("kept: -want +got\n%s", diff)
				}
			})
		}
	}
}

// TestATagRemainsForGood: it is final even if the status of the answer is a temporary one.
func TestATagRemainsForGood(t *testing.T) {
	e := serving(t, says(500, inData(success(one, `["x"]`), success(two, `["y"]`))))
	got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two}, []string{"x"})
	if err != nil || got[0].Err == nil || got[0].Err.Retryable() || got[1].Err != nil {
		t.Errorf("RemoveTags = %+v, %v, want the tag to remain on the first", got, err)
	}
}
