// Package rules decides which tags to remove from which records.
//
// A rules file declares sources and rules. Load checks all of it; the conditions of a source
// are compiled when its first event arrives. Decide is pure: the same event and rules always
// lead to the same decision, in the same order. Conditions follow three-valued logic: a part
// that reads a missing field is unknown, and a rule whose condition is unknown does not fire.
//
// The package reads no files, no clock and no environment variables, and knows neither HTTP
// nor Zoho's API nor AWS.
package rules
