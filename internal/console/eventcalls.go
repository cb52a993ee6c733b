package console

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	// callsOnPage is how many calls to Zoho a page shows, and mostOfCall how much of each body
	// and answer, in bytes.
	callsOnPage, mostOfCall = 30, 4 << 10
	// touchedOnPage is how many records a page shows, and tagsOnPage how many tags of each.
	touchedOnPage, tagsOnPage = 50, 100
)

// callsView are the calls to Zoho of an entry.
type callsView struct {
	List []callView
	More int
}

// callView is a call to Zoho.
type callView struct {
	Number      int
	Method, URL string
	Body        textView
	Answer      textView
	Status      int
	StatusText  string
	Good        bool
	Took        time.Duration
	// Cut says that the whole is longer, here or in what is kept.
	Cut bool
}

func newCallsView(e *Entry, hide func(string) string) callsView {
	var v callsView
	for i, x := range e.Exchanges {
		if i == callsOnPage {
			v.More = len(e.Exchanges) - i
			break
		}
		v.List = append(v.List, newCallView(i+1, x, mostOfCall, hide))
	}
	return v
}

func newCallView(number int, x Exchange, most int, hide func(string) string) callView {
	v := callView{
		Number: number, Method: x.Method, URL: hiddenText(hide, x.URL, longestPath), Status: x.Status, StatusText: http.StatusText(x.Status),
		Good: x.Status >= 200 && x.Status < 300, Took: x.Took.Round(time.Millisecond / 10),
		Body: newTextView(hide, []byte(x.Body), most), Answer: newTextView(hide, []byte(x.Answer), most),
	}
	v.Cut = v.Body.Cut || v.Answer.Cut
	return v
}

// showCall shows a whole call as text.
func (c *Console) showCall(w http.ResponseWriter, r *http.Request) {
	e := c.entryIn(r)
	number, err := strconv.Atoi(r.PathValue("number"))
	if e == nil || err != nil || number < 1 || number > len(e.Exchanges) {
		http.Error(w, "This call is not kept.", http.StatusNotFound)
		return
	}
	x := e.Exchanges[number-1]
	hide := c.hiderOf(e)
	v := newCallView(number, x, mostOfWhole, hide)
	text := x.Method + " " + hide(x.URL) + "\n\n" + v.Body.Text + "\n\n" + strconv.Itoa(x.Status) + " " + v.StatusText + "\n\n" + v.Answer.Text
	if x.Cut {
		text += "\n\nThe body or the answer is longer: only its beginning is kept."
	}
	writeText(w, textView{Text: text})
}

// touchedView is a record with the tags that it had or has.
type touchedView struct {
	Module, ID string
	Tags       []tagView
	More       int // tags that are left out
}

// tagView is a tag of a record: State is "removed" or "added", "" for one that stayed.
type tagView struct{ Name, State string }

// touchedViews returns the records with their tags before and after: those that went and those
// that stayed in their order before, then the new ones.
func touchedViews(touched []Touched) (views []touchedView, more int) {
	for i, t := range touched {
		if i == touchedOnPage {
			return views, len(touched) - i
		}
		v := touchedView{Module: t.Module, ID: t.ID}
		for _, tag := range t.Before {
			if slices.Contains(t.After, tag) {
				v.Tags = append(v.Tags, tagView{tag, ""})
			} else {
				v.Tags = append(v.Tags, tagView{tag, "removed"})
			}
		}
		for _, tag := range t.After {
			if !slices.Contains(t.Before, tag) {
				v.Tags = append(v.Tags, tagView{tag, "added"})
			}
		}
		if len(v.Tags) > tagsOnPage {
			v.More = len(v.Tags) - tagsOnPage
			v.Tags = v.Tags[:tagsOnPage]
		}
		views = append(views, v)
	}
	return views, 0
}
