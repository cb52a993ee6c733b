// Package userfile reads the files that a user names: rules, records and webhook secrets. Its
// errors say in plain words what is wrong with a file, where, and how to name another.
package userfile
