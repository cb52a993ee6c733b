package webhook

import (
	"slices"
	"strings"

	"untag/internal/sender"
)

// over says what is signed, in the order in which it is.
func (p *proof) over() string {
	v := p.verify
	switch v.Code {
	case sender.PayPal:
		return "the id and the time of the transmission, the id of the webhook, and a CRC-32 of the body"
	case sender.SNS:
		return "the fields of the message"
	}
	var parts []string
	for _, part := range v.Signed {
		if word := p.partWords(part); word != "" && !slices.Contains(parts, word) {
			parts = append(parts, word)
		}
	}
	text := joinWords(parts)
	if v.Digest != nil {
		text += "; and with it the body, whose " + strings.ToUpper(v.Digest.Hash) + " is in " + p.name(v.Digest.Place)
	}
	if v.Each != nil {
		text += ", in each element of `" + v.Each.String() + "`"
	}
	return text
}

// partWords names one value of what is signed; "" for a text that is always the same.
func (p *proof) partWords(part sender.Part) string {
	switch part.Value {
	case "timestamp":
		return "the time of signing"
	case "id":
		return "the id of the delivery"
	case "params":
		switch of := p.verify.Params.Of; {
		case slices.Contains(of, "query") && slices.Contains(of, "form"):
			return "the parameters of the query and of the form, sorted"
		case slices.Contains(of, "form"):
			return "the fields of the form, sorted"
		}
		return "the parameters of the query, sorted"
	case "url":
		return "the URL"
	case "body", "method":
		return "the " + part.Value
	case "json", "header", "query", "form":
		return p.name(part.Place)
	}
	return ""
}

// joinWords joins parts, as in "a, b and c".
func joinWords(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
