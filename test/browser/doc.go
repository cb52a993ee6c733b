// Package browser drives the console of `untag run` in Chromium, from outside: it builds the
// program, runs it in a folder of its own, sends it webhooks, and looks at its pages as a
// person would. `make test-browser` runs it, and says where axe-core is.
//
// It is a module of its own, so that the product does not need chromedp.
package browser
