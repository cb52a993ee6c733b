// Package release says which version of untag runs, so that a log, a report and a person can
// name it. It depends on nothing of this module.
package release

import "runtime/debug"

// version is set by the linker, and never by the program:
// -ldflags "-X untag/internal/release.version=v1.2.3".
var version string

// Version returns the version that the binary was built as: the one that make named, else the
// one that Go found in the repository, else "(devel)".
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
