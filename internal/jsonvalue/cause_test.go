package jsonvalue_test

import (
	"testing"

	"untag/internal/jsonvalue"
)

func TestDecodeNamesTheCause(t *testing.T) {
	const (
		lineBreak   = "a line break in a string"
		missing     = "a missing value"
		thousands   = "a thousands separator in a number"
		single      = "single quotes"
		other       = "quotation marks of another kind"
		trailing    = "a trailing comma"
		text        = "text without quotation marks"
		name        = "a name without quotation marks"
		after       = "text right after a string"
		comma       = "a missing comma"
		comment     = "a comment"
		placeholder = "a placeholder that was not filled in"
		follows     = "something follows the JSON value"
		wrong       = "the wrong closing bracket"
		early       = "the JSON ends too early"
		escape      = "a broken escape in a string"
		zero        = "a leading zero in a number"
		point       = "a decimal point without a digit on both sides"
		literal     = "a word that JSON does not have"
		notJSON     = "this is not JSON"
	)
	tests := []struct{ text, place, cause string }{
		{"{\"a\":\"x\ny\"}", "1, column 8", lineBreak},
		{"{\n \"a\": \"x\r\ny\"}", "2, column 9", lineBreak},
		{"{\"a\n\":1}", "1, column 4", lineBreak},
		{"{\"a\": \"x,\n\"b\": 1}", "1, column 10", lineBreak},
		{"{\"a\":\"x\ty\"}", "1, column 8", "a tab in a string"},
		{"{\"a\":\"\x00\"}", "1, column 7", "a control character in a string"},
		{`{"a":}`, "1, column 6", missing},
		{`{"a": }`, "1, column 7", missing},
		{"{\"a\":\n}", "2, column 1", missing},
		{`{"a":,"b":1}`, "1, column 6", missing},
		{`{"a" : , "b":1}`, "1, column 8", missing},
		{`{"a":{"b":},"c":1}`, "1, column 11", missing},
		{`[1,,2]`, "1, column 4", missing},
		{`{"a"}`, "1, column 5", missing},
		{`{"a","b":1}`, "1, column 5", missing},
		{`{"a": 1,234}`, "1, column 8", thousands},
		{`{"a": 1,234,567, "b": 1}`, "1, column 8", thousands},
		{`{"a":-12,345.60 , "b": 1}`, "1, column 9", thousands},
		{`{"a": 10,000.00,"b":"x"}`, "1, column 9", thousands},
		{`{"a": 1.234,50}`, "1, column 8", thousands},
		{`{"a": 1.234.567,89}`, "1, column 8", thousands},
		{`{"a": 1'234.50}`, "1, column 8", thousands},
		{"{\"a\": 1\u2019234}", "1, column 8", thousands},
		{`{"a": 1_000}`, "1, column 8", thousands},
		{`{"a": 12,34,567.00}`, "1, column 9", thousands},
		{`{"a": 1 234 567,89}`, "1, column 8", thousands},
		{"{\"a\": 1\u00a0234,5}", "1, column 8", thousands},
		{`[1,000]`, "1, column 3", thousands},
		{`{"a": 1,234 USD}`, "1, column 8", thousands},
		{`{"a": 1,234.50%}`, "1, column 8", thousands},
		{`{"a": 1,234`, "1, column 8", thousands},
		{`{"a": 1 234 Main St}`, "1, column 7", text},
		{`{"a": 1,234th}`, "1, column 8", "a comma in a number"},
		{`{"a": 415,555,0100}`, "1, column 10", "a comma in a number"},
		{`{"a": 12,50}`, "1, column 9", "a comma in a number"},
		{`{"a": 0,125}`, "1, column 8", "a comma in a number"},
		{`{"a": 1234,5, "b": 1}`, "1, column 11", "a comma in a number"},
		{`{"a": 1.5,25}`, "1, column 10", "a comma in a number"},
		{`{'a':1}`, "1, column 2", single},
		{`{"a":'x'}`, "1, column 6", single},
		{`{"a":1, 'b':1}`, "1, column 9", single},
		{`['x']`, "1, column 2", single},
		{`'{"a":1}'`, "1, column 1", single},
		{"{\u201ca\u201d:1}", "1, column 2", other},
		{"{\"a\":\u201ex\u201c}", "1, column 6", other},
		{"{\"a\":`x`}", "1, column 6", other},
		{`{"a":1,}`, "1, column 7", trailing},
		{"{\"a\":\"x\" ,\n}", "1, column 10", trailing},
		{`[1,]`, "1, column 3", trailing},
		{`{"a":[{"b":1},],"c":2}`, "1, column 14", trailing},
		{`{,"a":1}`, "1, column 2", "a comma with nothing in front of it"},
		{`{"a":1,,"b":2}`, "1, column 8", "a comma with nothing in front of it"},
		{`[,1]`, "1, column 2", "a comma with nothing in front of it"},
		{`{Stage: "Closed Won"}`, "1, column 2", name},
		{`{"a":1, b:2}`, "1, column 9", name},
		{`{1:2}`, "1, column 2", name},
		{`{"a":1,200:"x"}`, "1, column 8", name},
		{`{"a": Closed Won}`, "1, column 7", text},
		{`{"a": true story}`, "1, column 7", text},
		{`{"a": True story}`, "1, column 7", text},
		{`{"a": 12 Main St}`, "1, column 7", text},
		{`{"a": 10%}`, "1, column 7", text},
		{`{"a": 2024-01-31}`, "1, column 7", text},
		{`{"a": 2024-01-31 08:00}`, "1, column 7", text},
		{`{"a": 01/02/2024}`, "1, column 7", text},
		{`{"a": 08:30}`, "1, column 7", text},
		{`{"a": zcrm_5725767000000524157}`, "1, column 7", text},
		{`{"a": ada@example.com, "b": 1}`, "1, column 7", text},
		{`{"a": https://example.com}`, "1, column 7", text},
		{`{"a": //example.com/x}`, "1, column 7", text},
		{`{"a": $1,234.00}`, "1, column 7", text},
		{"{\"a\": \u20ac 5}", "1, column 7", text},
		{`{"a": #fff}`, "1, column 7", text},
		{`{"a": 1.2.3}`, "1, column 7", text},
		{`{"a": 0x1F}`, "1, column 7", text},
		{`{"a": -}`, "1, column 7", text},
		{`{"a": +1 415 5550100}`, "1, column 7", text},
		{`{"a": 415 5550100}`, "1, column 7", text},
		{`{"a":nul}`, "1, column 6", text},
		{`{"a":"He said "hi""}`, "1, column 16", after},
		{`{"a":"a "b" c","d":1}`, "1, column 10", after},
		{`{"a":"say ""hi"" to", "b":1}`, "1, column 12", after},
		{`{"a":"5" pipe"}`, "1, column 10", after},
		{`{"a":"no "#1" of"}`, "1, column 11", after},
		{`{"a":"x, "b":1}`, "1, column 11", after},
		{`["say "hi" now"]`, "1, column 8", after},
		{`{"a":"b":"c"}`, "1, column 9", after},
		{`{"a":"x" "b":1}`, "1, column 10", comma},
		{`{"a":"x""b":1}`, "1, column 9", comma},
		{"{\"a\":\"x\"\n \"b\":1}", "2, column 2", comma},
		{`{"a":1 "b":1}`, "1, column 8", comma},
		{"{\"a\":1\n b:1}", "2, column 2", comma},
		{`{"a":{} "b":1}`, "1, column 9", comma},
		{`{"a":1;"b":2}`, "1, column 7", comma},
		{`["a" "b"]`, "1, column 6", comma},
		{`[{} {}]`, "1, column 5", comma},
		{`[1 2]`, "1, column 4", comma},
		{`{"a" 1}`, "1, column 6", "a missing colon"},
		{`{"a"=1}`, "1, column 5", "a missing colon"},
		{`{"a"::1}`, "1, column 6", "a colon that is not expected here"},
		{`{:1}`, "1, column 2", "a name in double quotation marks is expected here"},
		{`{"a":1,{"b":2}}`, "1, column 8", "a name in double quotation marks is expected here"},
		{`{"a":{} x}`, "1, column 9", "a comma or the closing bracket is expected here"},
		{`{"a":NaN}`, "1, column 6", "NaN and Infinity are not JSON"},
		{`{"a":-Infinity,"b":1}`, "1, column 6", "NaN and Infinity are not JSON"},
		{`NaN`, "1, column 1", "NaN and Infinity are not JSON"},
		{`{"a":None}`, "1, column 6", literal},
		{`{"a":True, "b":1}`, "1, column 6", literal},
		{`[undefined]`, "1, column 2", literal},
		{`{"a":007}`, "1, column 6", zero},
		{`{"a":-01.5}`, "1, column 6", zero},
		{`01`, "1, column 1", zero},
		{`{"a":+1}`, "1, column 6", "a plus sign in front of a number"},
		{`{"a":.5}`, "1, column 6", point},
		{`{"a":-.5e3}`, "1, column 6", point},
		{`{"a":5.}`, "1, column 6", point},
		{"{\n// x\n\"a\":1}", "2, column 1", comment},
		{`{"a":1 /* x */}`, "1, column 8", comment},
		{`{"a":1// x`, "1, column 7", comment},
		{`{"a": /* x */ 1}`, "1, column 7", comment},
		{"{\"a\": // x\n1}", "1, column 7", comment},
		{"{\"a\":\"b\", # x\n\"c\":1}", "1, column 11", comment},
		{`{} // x`, "1, column 4", comment},
		{`{"id": ${!Deals.Id}}`, "1, column 8", placeholder},
		{`{"id": {{deal.id}}}`, "1, column 8", placeholder},
		{`{"id": {{{ deal.id }}}}`, "1, column 8", placeholder},
		{`{"id": <%= id %>}`, "1, column 8", placeholder},
		{`{"id": {!Deals.Id}}`, "1, column 8", placeholder},
		{`{${fields}}`, "1, column 2", placeholder},
		{`{{"a":1}}`, "1, column 2", "a name in double quotation marks is expected here"},
		{`{"a":"\x"}`, "1, column 7", escape},
		{`{"a":"it\'s"}`, "1, column 9", escape},
		{`{"a":"C:\Users"}`, "1, column 9", escape},
		{`{"a":"\u12"}`, "1, column 7", escape},
		{`{\"a\":1}`, "1, column 2", "a backslash outside a string"},
		{`{"a":\"x\"}`, "1, column 6", "a backslash outside a string"},
		{"{\u00a0\"a\":1}", "1, column 2", "an invisible character or an unusual space outside a string"},
		{"{\"a\":1\u200b}", "1, column 6", text},
		{"{\"a\":\"1\"\u200b}", "1, column 9", "an invisible character or an unusual space outside a string"},
		{"{\x00\"\x00a", "1, column 2", "this looks like UTF-16"},
		{"\x00{\x00\"", "1, column 1", "this looks like UTF-16"},
		{`<?xml version="1.0"?>`, "1, column 1", "this is XML or HTML, not JSON"},
		{"<html>", "1, column 1", "this is XML or HTML, not JSON"},
		{"{}\n{}", "2, column 1", follows},
		{`{}}`, "1, column 3", follows},
		{`{},`, "1, column 3", follows},
		{`}`, "1, column 1", "a closing bracket that was never opened"},
		{`{"a":1]`, "1, column 7", wrong},
		{`[1}`, "1, column 3", wrong},
		{`[}`, "1, column 2", wrong},
		{`{"a":1,]`, "1, column 8", wrong},
		{`Closed Won`, "1, column 1", notJSON},
		{`callback({"a":1})`, "1, column 1", notJSON},
		{`)]}',`, "1, column 1", notJSON},
		{"\u00e9t\u00e9", "1, column 1", notJSON},
		{`,`, "1, column 1", notJSON},
		{`{"a":1`, "1, column 7", early},
		{`{"a":"x`, "1, column 8", early},
		{`{"a":"x\`, "1, column 9", early},
		{`{"a":"\ud83d\u`, "1, column 15", early},
		{`{"a":-`, "1, column 7", early},
		{`{"a":1.5e+`, "1, column 11", early},
		{`{"a":tru`, "1, column 9", early},
		{`[{"a":[1,2`, "1, column 11", early},
	}
	for _, tt := range tests {
		_, err := jsonvalue.Decode([]byte(tt.text))
		if err == nil || !says(err, "line "+tt.place+": "+tt.cause) {
			t.Errorf("Decode(%q)\n got %v\nwant line %s: %s", tt.text, err, tt.place, tt.cause)
		}
	}
}
