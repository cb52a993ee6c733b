// Package phone compares telephone numbers as people mean them: +1 415-555-0100,
// (415) 555-0100 in the United States, 0014155550100 and any of them with an extension
// are one number.
//
// For each country it knows the calling code, the prefixes dialed before national and
// international numbers, and how long numbers are; it does not know which numbers are
// assigned. When in doubt, two numbers are not the same. It holds no state and imports
// nothing from the project.
package phone
