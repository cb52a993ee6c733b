package pipeline

import "untag/internal/crmname"

// CodeIDRounded is the code of a record that the CRM does not have, where the event's id
// for it was a number that has lost its last digits: the record is another one, and the
// event is not done with.
const CodeIDRounded = "ID_ROUNDED"

const (
	roundedMessage = "Zoho does not know this record; its id came as a number that ends in zeros, so the sender has probably rounded it, " +
		"as JavaScript and spreadsheets do with long numbers: have it send the id as text, in quotation marks"
	maybeRounded = "; the id ends in zeros, so the sender may have rounded it: an id has to be text from the start"
)

// unknownRecord is what to say of a record that the CRM does not have.
func unknownRecord(f Failed, rounded bool) Failed {
	switch {
	case !f.Gone:
	case rounded:
		f.Code, f.Gone, f.Unsaid = CodeIDRounded, false, false
		f.Message, f.Detail = roundedMessage, f.Detail+": "+roundedMessage
	case crmname.LooksRounded(f.ID):
		f.Message += maybeRounded
		f.Detail += maybeRounded
	}
	return f
}

// goneReason says of a record that was not found by its id why that may be.
func goneReason(id string) string {
	reason := "the record is no longer in the CRM"
	if crmname.LooksRounded(id) {
		reason += maybeRounded
	}
	return reason
}
