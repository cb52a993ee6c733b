package rules

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"untag/internal/crmname"
)

// checkModule checks the name of a module that no event names.
func (d *document) checkModule(n *yaml.Node, r *rule) {
	module, err := crmname.ModuleAPIName(r.module.text)
	meant := crmname.MeantModule(r.module.text)
	hint := ""
	if meant != "" {
		hint = "Zoho's API name is " + meant
	}
	if err != nil {
		switch {
		case strings.HasPrefix(r.module.text, "event."):
			hint = "to take the module from the event, write \"${" + r.module.text + "}\""
		case hint == "":
			hint = didYouMean(r.module.text, crmname.Modules())
		}
		d.wrong(at(n), hint, "%v", err)
		return
	}
	if d.hasModule != nil && !r.disabled {
		if err := d.hasModule(module); err != nil {
			d.wrong(at(n), hint, "%v", err)
			return
		}
	}
	if meant != "" {
		d.warn(at(n), "write `module: "+meant+"`, unless your CRM has a module of its own with this API name",
			"`%s` is not the API name of a standard module; Zoho's API name is %s", r.module.text, meant)
	}
}
