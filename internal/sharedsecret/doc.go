// Package sharedsecret decides which stored webhook secrets can prove anything. A secret
// that anyone could know or guess, such as an example from the documentation, proves
// nothing, however well it is compared.
//
// Its findings name the source and never show the secret. It imports nothing from the
// project.
package sharedsecret
