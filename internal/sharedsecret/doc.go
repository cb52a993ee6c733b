// Package sharedsecret says which stored webhook secrets can prove anything. A secret
// that anyone could know or guess, such as an example of the documentation, proves
// nothing, however well it is compared.
//
// What it says names the source and never shows the secret. It imports nothing of the
// project.
package sharedsecret
