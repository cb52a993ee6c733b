package condition

// form is what a node of the tree stands for.
type form uint8

const (
	formConstant    form = iota
	formRoot             // event, headers, query, source, record, now
	formPath             // a root and the names below it
	formMember           // a.b, a[b]
	formOptional         // a?.b, a?.[b]
	formSlice            // a[b:c]
	formHas              // has(a.b)
	formLet              // let a = b; c
	formVariable         // a
	formElement          // # in a predicate
	formIndex            // #index
	formAccumulator      // #acc
	formAnd
	formOr
	formNot
	formIsNil    // a == nil
	formOneOf    // path == constant, path in [constants]
	formOperator // a row of the table of operators
	formCompare  // 1 < a < 5
	formCoalesce // a ?? b
	formChoice   // a ? b : c
	formList
	formObject
	formCall // a function of the tables
	formEach // the same, with a predicate
)

// place is where a node is in a condition: one of the and, or and not that join its parts,
// a part, or inside a part.
type place uint8

const (
	placeInside place = iota
	placePart
	placeJoint
)

// node is a node of the tree. Which fields it has depends on its form.
type node struct {
	form form
	// negated turns the result around: `!=`, `not in`.
	negated bool
	place   place
	// shown marks a field whose value a trace shows.
	shown bool
	// field marks a variable that names a field.
	field bool
	// reads says that the value depends on the event.
	reads bool

	kids []*node
	// value is the value of a formConstant.
	value any
	// path is the path of a formPath or formRoot.
	path *Path
	// slot is the index of a variable in Run.variables.
	slot int
	// missing is the value of a missing field, made once.
	missing *Unknown

	operator  *operator
	operators []*operator // of a formCompare
	function  *function
	set       *constants // of a formOneOf

	// kinds are the types that the value can have.
	kinds kinds
	// text is the source text of the node; at is where it begins, in runes of the expression.
	text string
	at   int
	// first and last are the indexes of its first and last token.
	first, last int
}
