package console

import (
	"context"
	"errors"
	"net/http"
	"strconv"
)

// DeadLetters is a dead-letter queue, whose messages are kept in place of events that arrive.
type DeadLetters interface {
	// Read reads the queue again, and says how many messages it has read.
	Read(ctx context.Context) (int, error)
	// Redrive sends the messages of these entries to the queue again, and reads what is left.
	// It returns how many were sent.
	Redrive(ctx context.Context, ids []int64) (int, error)
	// MayRedrive says whether Redrive was allowed.
	MayRedrive() bool
}

// Foreign says that a dead letter is none of untag's.
const Foreign = "untag did not store this message: another program did, or it is incomplete"

// deadView is what the list shows above dead letters.
type deadView struct {
	MayRedrive bool
	// Sent is how many were sent again, as the page before says; -1 if it says nothing.
	Sent  int
	Fault string
}

// deadRoutes are those of a dead-letter queue.
func (c *Console) deadRoutes() {
	c.mux.HandleFunc("POST /dead-letters/read", c.readDead)
	c.mux.HandleFunc("POST /dead-letters/redrive", c.redrive)
	// The address of a form is what a browser shows after it: there is a page to come back to.
	c.mux.HandleFunc("GET /dead-letters/{change}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
}

// readDead reads the dead-letter queue again.
func (c *Console) readDead(w http.ResponseWriter, r *http.Request) {
	if _, err := c.Dead.Read(r.Context()); err != nil {
		c.list(w, r, http.StatusBadGateway, sentence(err))
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// redrive sends chosen dead letters to the queue again.
func (c *Console) redrive(w http.ResponseWriter, r *http.Request) {
	if !c.Dead.MayRedrive() {
		http.Error(w, "This console only shows dead letters. Start it with --redrive to send them again.", http.StatusForbidden)
		return
	}
	ids, err := chosen(w, r)
	if err != nil {
		c.list(w, r, http.StatusUnprocessableEntity, sentence(err))
		return
	}
	if c.ofAnotherRun(r) {
		c.list(w, r, http.StatusConflict, otherRun)
		return
	}
	sent, err := c.Dead.Redrive(r.Context(), ids)
	if err != nil {
		c.list(w, r, http.StatusBadGateway, strconv.Itoa(sent)+" sent again, then: "+err.Error())
		return
	}
	http.Redirect(w, r, "/?sent="+strconv.Itoa(sent), http.StatusSeeOther)
}

// chosen returns the ids of the entries that a form names.
func chosen(w http.ResponseWriter, r *http.Request) ([]int64, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if err := r.ParseForm(); err != nil {
		return nil, errors.New("the form could not be read")
	}
	var ids []int64
	for _, text := range r.PostForm["id"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, errors.New("the form names a dead letter by something that is not a number")
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, errors.New("choose at least one dead letter to send again")
	}
	return ids, nil
}
