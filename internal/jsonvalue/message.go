package jsonvalue

// Each message says what is wrong and what to do about it. None quotes the text.
const (
	quoteIt = "put it in double quotation marks"

	inContainer      = "a closing bracket is missing"
	inString         = "the closing quotation mark of a string is missing"
	lineBreak        = `a line break in a string: write it as \n, or add the closing quotation mark if that is missing`
	tab              = `a tab in a string: write it as \t`
	control          = `a control character in a string: write it as \u and four hexadecimal digits`
	brokenEscape     = `a broken escape in a string: write a backslash itself as \\`
	quoteInString    = `text right after a string: write a quotation mark inside a string as \", or look for a missing comma or quotation mark in front of it`
	trailingComma    = "a trailing comma: remove the comma before the closing bracket"
	extraComma       = "a comma with nothing in front of it: remove it"
	missingValue     = `a missing value: write "" or null where there is nothing to fill in`
	missingComma     = "a missing comma: put one between two values or members"
	missingColon     = "a missing colon: put one between the name and its value"
	valueWithoutName = "a missing value: a name needs a colon and a value after it"
	extraColon       = "a colon that is not expected here: use it only between a name and its value"
	wrongBracket     = "the wrong closing bracket: } closes {, and ] closes ["
	extraBracket     = "a closing bracket that was never opened"
	anotherValue     = "something follows the JSON value"
	severalValues    = anotherValue + ": send one object in each request"
	bracketTooMany   = anotherValue + ": a closing bracket too many"
	thousands        = "a thousands separator in a number: remove it, or put the number in double quotation marks"
	decimalComma     = "a comma in a number: write a decimal point, or put the number in double quotation marks"
	leadingZero      = "a leading zero in a number: remove it, or put the number in double quotation marks"
	plusSign         = "a plus sign in front of a number: remove it, or put the number in double quotation marks"
	decimalPoint     = "a decimal point without a digit on both sides: write 0.5 or 5.0"
	notANumber       = "NaN and Infinity are not JSON: write null"
	literal          = "a word that JSON does not have: write true, false or null, in lower case"
	singleQuotes     = `single quotes: use double quotation marks (")`
	otherQuotes      = `quotation marks of another kind: use straight double ones (")`
	bareName         = "a name without quotation marks: " + quoteIt
	bareText         = "text without quotation marks: " + quoteIt
	nameExpected     = "a name in double quotation marks is expected here"
	moreExpected     = "a comma or the closing bracket is expected here"
	comment          = "a comment: JSON has none, remove it"
	placeholder      = "a placeholder that was not filled in: correct it in the sender's template"
	backslash        = "a backslash outside a string: the JSON was escaped twice, or a quotation mark is missing"
	invisible        = "an invisible character or an unusual space outside a string: remove it"
	utf16Text        = "this looks like UTF-16: send UTF-8"
	markup           = "this is XML or HTML, not JSON"
	notJSON          = "this is not JSON: a JSON object begins with {"
)
