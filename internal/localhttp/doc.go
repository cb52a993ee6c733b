// Package localhttp serves HTTP on a developer's machine: to this machine alone
// unless told otherwise, and to no client that stops in the middle of a request.
// It must know nothing of what is served, and import nothing of the project.
package localhttp
