// Package phone compares telephone numbers as people mean them: +1 415-555-0100,
// (415) 555-0100 in the United States, 0014155550100 and any of them with an extension
// are one number.
//
// It knows of each country its calling code, what is dialled before a national and
// before an international number, and how long numbers are; it does not know which
// numbers are assigned. Where it cannot tell, two numbers are not the same. It holds no
// state and imports nothing of the project.
package phone
