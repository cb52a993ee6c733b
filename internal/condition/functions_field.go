package condition

// fieldFunctions are the functions of fields. `has` has no run: its argument is a field, not
// a value, so a form of its own evaluates it.
var fieldFunctions = [...]function{
	{name: "has", section: Fields, takes: []kinds{isAny}, least: 1, gives: isBool,
		about: "whether a field is present, even if it is null", example: `has({"Stage": "Closed Won"}.Stage)`, result: `true`},
	{name: "get", section: Fields, takes: []kinds{isAny, isAny}, least: 2, gives: isAny, run: get,
		about: "a field or element whose name or position is computed; null if there is none", example: `get({"a": 1}, "b") == nil`, result: `true`},
	{name: "type", section: Fields, takes: []kinds{isAny}, least: 1, gives: isText, run: typeOf,
		about: "the type of a value: `string`, `number`, `boolean`, `list`, `object`, `date` or `duration`", example: `type(1)`, result: `"number"`},
}

func get(_ *Run, _ *node, args []any) any {
	v, _ := lookup(args[0], args[1])
	return v
}

func typeOf(_ *Run, _ *node, args []any) any { return typeName(args[0]) }
