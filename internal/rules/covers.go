package rules

import (
	"slices"
	"strings"

	"untag/internal/sender"
)

// readCovers reads what a right signature proves. It must be said if that is not the body.
func (m *mapping) readCovers(v *sender.Verify) {
	v.Covers = sender.CoversSender
	if coversBody(v) {
		v.Covers = sender.CoversBody
	}
	said := m.choice("covers", "", coverings)
	if said != "" && !slices.Contains(coverings, said) {
		return // already reported
	}
	if said == sender.CoversBody && v.Compare != "" {
		m.f.wrong(at(m.keys["covers"]), "remove it", "`covers` of %s is not true: a token signs nothing, so it does not cover the body", m.what)
		return
	}
	if v.Digest != nil && v.Compare == "" && !signsDigest(v) {
		m.f.wrong(at(m.keys["digest"]), "write the place of the hash where it is in `signed`, as in `signed: \"{method}.{header X-Digest}\"`, or remove `digest`",
			"the signature of %s does not cover its digest, so the digest proves nothing", strings.TrimPrefix(m.what, "`verify` of "))
		return
	}
	switch {
	case said == sender.CoversSender:
		v.Covers = said
	case v.Covers == sender.CoversSender && (said != "" || v.Compare == ""):
		place, hint := m.values["signed"], "write `{body}` in `signed` if the sender signs the body; if it does not"
		if place == nil {
			place = m.node
		}
		if v.Digest != nil {
			hint = "remove `optional`, or sign forms too, with `{params}` in `signed` and `params: {of: [form]}`; otherwise"
		}
		m.f.wrong(at(place), hint+", write `covers: sender`, and know that anyone who has seen a request can send another body with its signature",
			"the signature of %s does not cover the body", strings.TrimPrefix(m.what, "`verify` of "))
	}
}

// coversBody reports whether a signature proves all of the body.
func coversBody(v *sender.Verify) bool {
	form := signsParams(v, "form")
	for _, part := range v.Signed {
		if part.Value == "body" && (!part.OnlyJSON || form) {
			return true
		}
	}
	if v.Digest != nil && signsDigest(v) && !v.Digest.Optional {
		return true
	}
	return v.Compare == "" && v.Each == nil && form
}

func signsParams(v *sender.Verify, of string) bool {
	return v.Signed.Has("params") && slices.Contains(v.Params.Of, of)
}

// signsDigest reports whether the stated hash of the body is part of what is signed.
func signsDigest(v *sender.Verify) bool {
	at := v.Digest.Place
	switch {
	case at.Query != "" && (v.Signed.Has("url") || signsParams(v, "query")), at.Form != "" && signsParams(v, "form"):
		return true
	}
	return slices.ContainsFunc(v.Signed, func(part sender.Part) bool {
		same := strings.EqualFold
		switch part.Value {
		case "header":
			return slices.EqualFunc(part.Place.Headers, at.Headers, same) && len(at.Headers) > 0
		case "query":
			return at.Query != "" && part.Place.Query == at.Query
		case "form":
			return at.Form != "" && part.Place.Form == at.Form
		case "json":
			return at.JSON != nil && part.Place.JSON.String() == at.JSON.String()
		}
		return false
	})
}
