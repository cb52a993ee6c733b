// Package localhttp serves HTTP on a developer's machine: only to this machine unless
// told otherwise. It disconnects clients that stop in the middle of a request. It must
// know nothing about what is served, and import nothing of the project.
package localhttp
