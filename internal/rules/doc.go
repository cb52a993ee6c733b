// Package rules decides which tags come off which records.
//
// A rules file declares sources and rules; Load checks all of it, and the first event of
// a source compiles its conditions. Decide is pure: the same event and rules give the
// same decision, in the same order. A condition follows three-valued logic: what meets a missing field is
// unknown, and a rule whose condition ends unknown does not fire.
//
// The package reads no file, no clock and no environment, and knows neither HTTP nor
// Zoho's API nor AWS.
package rules
