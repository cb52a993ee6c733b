package console

import "untag/internal/sandbox"

// records are the simulated ones.
type records interface {
	Modules() []sandbox.Module
	AddTag(module, id, tag string) error
	RemoveTag(module, id, tag string) error
	SetField(module, id, field string, value any) error
	DeleteField(module, id, field string) error
	Reset()
}
