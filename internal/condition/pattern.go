package condition

import (
	"regexp"
	"regexp/syntax"
)

// pattern is a compiled regular expression and its cost.
type pattern struct {
	re *regexp.Regexp
	// perByte is the cost of searching a string, for each byte.
	perByte int
}

const (
	// maxPattern limits the length of a pattern in bytes.
	maxPattern = 1000
	// maxSteps limits the steps of its program: `(a{1000}){1000}` is short but has a million.
	maxSteps = 2000
	// compileCost is the cost of compiling one step.
	compileCost = 100
)

// matches evaluates `a matches b`. A pattern that depends on the event is compiled for each
// use, and charged for every step that it could take at every byte.
func matches(r *Run, n *node, a, b any) any {
	s := a.(string)
	if p, ok := b.(*pattern); ok {
		if !r.charge(1 + p.perByte*len(s)) {
			return r.stopped(n)
		}
		return p.re.MatchString(s)
	}
	text := b.(string)
	_, steps, fault := parsePattern(text)
	if !r.charge(compileCost*(len(text)+steps) + perByte(steps)*len(s)) {
		return r.stopped(n)
	}
	if fault != "" {
		return r.wrong(n, "%s", fault)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return r.wrong(n, "%s", patternFault(err))
	}
	return re.MatchString(s)
}

// perByte is the cost of a byte at which a pattern takes a number of steps.
func perByte(steps int) int { return 2 + steps }

// newPattern compiles a pattern of the rules file. The string says what is wrong with it.
func newPattern(text string) (*pattern, string) {
	parsed, _, fault := parsePattern(text)
	if fault != "" {
		return nil, fault
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, patternFault(err)
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, patternFault(err)
	}
	return &pattern{re: re, perByte: perByte(stepsPerByte(program))}, ""
}

// parsePattern parses a pattern and counts its steps before it is compiled. The string says
// what is wrong with it.
func parsePattern(text string) (*syntax.Regexp, int, string) {
	if len(text) > maxPattern {
		return nil, 0, "the pattern is too long: more than 1,000 characters"
	}
	re, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, 0, patternFault(err)
	}
	steps := stepsIn(re)
	if steps > maxSteps {
		return nil, steps, "the pattern has too many repetitions"
	}
	return re, steps, ""
}

func stepsIn(re *syntax.Regexp) int {
	steps := 2
	if re.Op == syntax.OpLiteral {
		steps += len(re.Rune)
	}
	for _, sub := range re.Sub {
		steps = min(steps+stepsIn(sub), maxSteps+1)
	}
	if re.Op == syntax.OpRepeat {
		steps = min(steps*max(re.Min, re.Max, 1), maxSteps+1)
	}
	return steps
}

func patternFault(err error) string {
	reason := ""
	if fault, ok := err.(*syntax.Error); ok {
		reason = ": " + fault.Code.String()
	}
	return "the pattern is not a valid regular expression" + reason + "; docs/rules.md links to the syntax"
}

// stepsPerByte runs a program over strings of the characters that it looks for, as an
// attacker would write them, and returns the most steps that it takes at one character.
func stepsPerByte(program *syntax.Prog) int {
	var samples []rune
	for _, inst := range program.Inst {
		if len(samples) < 16 && len(inst.Rune) > 0 {
			samples = append(samples, inst.Rune[0])
		}
	}
	samples = append(samples, 'a')
	most := 0
	for _, sample := range samples {
		text := make([]rune, 0, 2*len(samples)+32)
		for range 16 {
			text = append(text, sample)
		}
		text = append(text, samples...)
		for range 16 {
			text = append(text, sample)
		}
		most = max(most, stepsOver(program, text))
	}
	return most
}

// stepsOver returns the most steps that a program takes at one character of a string. It
// follows all ways to match at once.
func stepsOver(program *syntax.Prog, text []rune) int {
	most := 0
	var now, next []uint32
	for _, r := range text {
		seen := make([]bool, len(program.Inst))
		steps := 0
		next = next[:0]
		var follow func(pc uint32)
		follow = func(pc uint32) {
			if seen[pc] {
				return
			}
			seen[pc] = true
			steps++
			switch inst := &program.Inst[pc]; inst.Op {
			case syntax.InstAlt, syntax.InstAltMatch:
				follow(inst.Out)
				follow(inst.Arg)
			case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
				follow(inst.Out)
			case syntax.InstFail, syntax.InstMatch:
			default:
				if inst.MatchRune(r) {
					next = append(next, inst.Out)
				}
			}
		}
		follow(uint32(program.Start))
		for _, pc := range now {
			follow(pc)
		}
		now, next = next, now
		most = max(most, steps)
	}
	return most
}
