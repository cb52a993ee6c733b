package condition

import "slices"

// function describes a function: its types, its cost, how it is computed, and its
// documentation.
type function struct {
	name string
	// section is the heading in docs/rules.md.
	section Section
	// takes are the kinds of each argument. If variadic, the last ones apply to all further
	// arguments.
	takes []kinds
	// least is how many arguments are required.
	least    int
	variadic bool
	// gives are the kinds that the result can have.
	gives kinds
	// cost returns what a call costs in addition to one step; nil if it costs no more.
	cost func(args []any) int
	// run computes the result, or an Unknown. Its arguments are known and of the right
	// kinds: any unknown or null argument makes the result unknown.
	run func(r *Run, n *node, args []any) any
	// each computes the result from a list and a predicate instead of run.
	each func(r *Run, n *node, list []any) any
	// asks says that the predicate is a condition.
	asks bool
	// literal checks constant argument i when the rules file is loaded, and may convert it.
	// The string says what is wrong with it.
	literal func(i int, v any) (any, string)

	about, example, result string
}

// Section is a group of functions in the documentation.
type Section string

// The sections, in the order of the documentation.
const (
	Fields  Section = "Fields"
	Text    Section = "Text"
	Numbers Section = "Numbers"
	Dates   Section = "Dates and durations"
	Lists   Section = "Lists"
	Objects Section = "Objects"
)

// functionOf returns the function of a name, nil if there is none.
func functionOf(name string) *function {
	for _, table := range tables() {
		for i := range table {
			if table[i].name == name {
				return &table[i]
			}
		}
	}
	return nil
}

func tables() [][]function {
	return [][]function{fieldFunctions[:], textFunctions[:], numberFunctions[:], dateFunctions[:], listFunctions[:], predicates[:], objectFunctions[:]}
}

// call evaluates a call of a function without a predicate.
func (r *Run) call(n *node) any {
	f := n.function
	base := len(r.arguments)
	for _, kid := range n.kids {
		v := r.value(kid)
		r.arguments = append(r.arguments, v)
	}
	args := r.arguments[base:]
	v := r.invoke(n, f, args)
	clear(args)
	r.arguments = r.arguments[:base]
	return v
}

func (r *Run) invoke(n *node, f *function, args []any) any {
	if u := r.operands(n.kids, args); u != nil {
		return u
	}
	for i, arg := range args {
		if takes := f.takes[min(i, len(f.takes)-1)]; kindOf(arg)&takes == 0 {
			return r.unfit(n, f, takes, arg)
		}
	}
	if f.cost != nil && !r.charge(f.cost(args)) {
		return r.stopped(n)
	}
	return f.run(r, n, args)
}

// unfit says that an argument has the wrong type.
func (r *Run) unfit(n *node, f *function, takes kinds, arg any) *Unknown {
	return r.wrong(n, "%s", f.unfit(takes, kindOf(arg))).advise("%s", conversion(takes, kindOf(arg)))
}

func (f *function) unfit(takes, given kinds) string {
	name := given.class().String()
	if takes&isNumber == isWhole && given == isFraction {
		name = "a number with a fraction"
	}
	return f.name + " takes " + takes.String() + ", not " + name
}

// conversion says how to convert one type to another, "" if there is no obvious way.
func conversion(takes, given kinds) string {
	switch {
	case takes == isText && given&isNumber != 0:
		return "convert the number to a string with string(…)"
	case takes&isNumber != 0 && takes&isText == 0 && given == isText:
		return "convert the string to a number with number(…)"
	case takes == isDate && given == isText:
		return "convert the string to a date with date(…)"
	case takes == isSpan && given == isText:
		return "convert the string to a duration with duration(…)"
	case takes == isList && given == isObject:
		return "use values(…) for the list of its values"
	case takes == isList && given == isText:
		return "use list(…) for a list of one string, or split(…) to split it"
	}
	return ""
}

// Function is a function that expressions can call, with an example that a test runs.
type Function struct {
	Name    string
	Section Section
	About   string
	Example string
	// Gives is the value of the example, as an expression.
	Gives string
}

// Functions lists all functions, in the order of the documentation.
func Functions() []Function {
	var list []Function
	for _, table := range tables() {
		for _, f := range table {
			list = append(list, Function{f.name, f.section, f.about, f.example, f.result})
		}
	}
	return list
}

// Operator is an operator, with an example that a test runs.
type Operator struct{ Symbol, About, Example, Gives string }

// Operators lists all operators, in the order of the documentation. The event of the
// examples has the Stage "Closed Won", the Amount 1200 and two Tags.
func Operators() []Operator {
	var list []Operator
	for _, o := range operators {
		list = append(list, Operator{o.symbol, o.about, o.example, o.gives})
	}
	return list
}

// functionNames lists the names of all functions.
func functionNames() []string {
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}
