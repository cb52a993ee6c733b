package pipeline

import "untag/internal/rules"

// modular is a CRM that does not have every module in every version of its API.
type modular interface {
	CheckModule(module string) error
}

// callable turns candidates for modules that the CRM does not have into errors of their
// rules: an event may name any module.
func (p *Pipeline) callable(d rules.Decision) rules.Decision {
	crm, ok := p.crm.(modular)
	if !ok {
		return d
	}
	kept := d.Candidates[:0]
	for _, c := range d.Candidates {
		if err := crm.CheckModule(c.Module); err != nil {
			d.Errors = append(d.Errors, rules.RuleError{Rule: c.Rule, Message: "module: " + err.Error()})
			continue
		}
		kept = append(kept, c)
	}
	d.Candidates = kept
	return d
}
