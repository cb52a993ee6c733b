package condition

import "strings"

// methodHint says which function or operator to write instead of a method of another
// language.
func methodHint(name, on string, arguments []string) string {
	arguments = append([]string{on}, arguments...)
	if strings.EqualFold(name, "has") {
		name = "contains"
	}
	if other := otherName(name, arguments); other != "" {
		return "write " + other
	}
	if functionOf(name) != nil {
		return "write " + name + "(" + strings.Join(arguments, ", ") + ")"
	}
	return "docs/rules.md lists the functions"
}

// otherNames translates functions of other languages, in lower case and without underscores.
// A, B and C are the arguments.
var otherNames = [...]struct{ names, written string }{
	{"tolowercase tolower lower downcase lowercase lcase lowcase", "lower(A)"},
	{"touppercase toupper upper upcase uppercase ucase", "upper(A)"},
	{"trim strip trimspace", "trim(A)"},
	{"includes contains contain indexof containstext hastext", "A contains B, or for a list B in A"},
	{"startswith hasprefix beginswith", "A startsWith B"},
	{"endswith hassuffix", "A endsWith B"},
	{"match matches test regex regexp regexmatch rlike", "A matches B"},
	{"length len size strlen", "len(A)"},
	{"count", "len(A)"},
	{"tostring str text totext", "string(A)"},
	{"toint parseint tointeger", "int(A)"},
	{"tofloat parsefloat todouble", "float(A)"},
	{"tonumber parsenumber", "number(A)"},
	{"todate parsedate datetime", "date(A)"},
	{"tolist toarray array", "list(A)"},
	{"equals equalsignorecase eq", "A == B"},
	{"slice substring substr mid", "A[from:to]"},
	{"isempty empty isblank blank", `A == "" for text, len(A) == 0 for a list, or not has(A) for a missing field`},
	{"isnotempty notempty notisempty ispresent present isnotblank", `A != "" for text, or len(A) > 0 for a list`},
	{"isnull null isnil isnone isundefined undefined ismissing missing", "not has(A) for a missing field, or A == nil for one that is null"},
	{"isnotnull notnull notisnull isnotnil notnil", "has(A) for a field that is present, or A != nil for one that is not null"},
	{"exists exist isset set defined isdefined hasfield haskey hasproperty", "has(A)"},
	{"coalesce ifnull nvl default ifempty", "(A ?? B)"},
	{"iff iif ternary if", "A ? B : C"},
	{"today currentdate getdate", "now()"},
}

// otherName returns what to write instead of a call of a function that other languages have,
// "" if there is nothing like it here.
func otherName(name string, arguments []string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", ""))
	for _, other := range otherNames {
		for known := range strings.FieldsSeq(other.names) {
			if known == name {
				return withArguments(other.written, arguments)
			}
		}
	}
	return ""
}

// withArguments replaces A, B and C by arguments, and those that are not given by an
// ellipsis.
func withArguments(written string, arguments []string) string {
	pairs := make([]string, 0, 6)
	for i, letter := range [...]string{"A", "B", "C"} {
		argument := "…"
		if i < len(arguments) && arguments[i] != "" {
			argument = arguments[i]
		}
		pairs = append(pairs, letter, argument)
	}
	return strings.NewReplacer(pairs...).Replace(written)
}
