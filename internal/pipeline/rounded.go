package pipeline

import "untag/internal/crmname"

// CodeIDRounded is the code for a record that the CRM does not have, if the event's id for it
// was a number that has probably lost its last digits: the event means another record, so it
// is not done.
const CodeIDRounded = "ID_ROUNDED"

const (
	roundedMessage = "Zoho has no such record; its id came as a number that ends in zeros, so the sender has probably rounded it, " +
		"as JavaScript and spreadsheets do with long numbers: make the sender send the id as text, in quotation marks"
	maybeRounded = "; the id ends in zeros, so the sender may have rounded it before making it text: it must handle the id as text from the start"
)

// unknownRecord completes the failure of a removal from a record that the CRM does not have.
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

// goneReason returns why a record may not have been found by its id.
func goneReason(id string) string {
	reason := "the record is no longer in the CRM"
	if crmname.LooksRounded(id) {
		reason += maybeRounded
	}
	return reason
}
