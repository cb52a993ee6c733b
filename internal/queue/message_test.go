package queue_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/queue"
)

// TestOnlyWhatSQSAccepts: JSON allows more characters than a message.
func TestOnlyWhatSQSAccepts(t *testing.T) {
	var every strings.Builder
	for r := rune(0); r < 0x11000; r++ {
		if r < 0xd800 || r > 0xdfff {
			every.WriteRune(r)
		}
	}
	want := delivery(every.String())
	want.Headers = map[string]string{"x-odd": "\uffff\ufffe\x01"}
	text, err := queue.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range text {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			t.Errorf("Encode writes %U, which SQS does not accept", r)
		}
	}
	got, err := queue.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode(Encode): -want +got\n%.300s", diff)
	}
}

func TestMarkupIsNotBlownUp(t *testing.T) {
	body := strings.Repeat("<&>", 1000)
	text, err := queue.Encode(delivery(body))
	if err != nil || len(text) > len(body)+500 {
		t.Errorf("Encode made %d bytes of %d, %v", len(text), len(body), err)
	}
}
