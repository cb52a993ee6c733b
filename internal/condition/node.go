package condition

// form says what a node of the tree is.
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
	formCall // a row of the table of functions
	formEach // the same, with a predicate
)

// place says where a node stands: in the skeleton of and, or and not, in one of the parts
// that it joins, or inside a part.
type place uint8

const (
	placeInside place = iota
	placePart
	placeJoint
)

// node is a node of the tree. Which fields it has depends on its form.
type node struct {
	form form
	// negated turns the outcome: `!=`, `not in`.
	negated bool
	place   place
	// shown marks what a trace tells the value of.
	shown bool
	// field marks a variable that names a field.
	field bool
	// reads says that the value depends on the event.
	reads bool

	kids []*node
	// value is that of a constant.
	value any
	// path is that of a formPath and a formRoot.
	path *Path
	// slot is the place of a variable among the variables.
	slot int
	// missing is the value where there is none, made once.
	missing *Unknown

	operator  *operator
	operators []*operator // of a formCompare
	function  *function
	set       *constants // of a formOneOf

	// kinds are those that the value can have.
	kinds kinds
	// text is the node as it is written, at where that begins, in runes of the expression.
	text string
	at   int
	// first and last are its tokens.
	first, last int
}
