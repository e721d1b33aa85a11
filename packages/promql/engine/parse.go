package main

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// parsedQuery is the TypeScript ParsedQuery.
type parsedQuery struct {
	Type         parser.ValueType `json:"type"`
	BareSelector *selector        `json:"bareSelector"`
	Selectors    []*selector      `json:"selectors"`
	Canonical    string           `json:"canonical"`
}

type selector struct {
	Metric       *string   `json:"metric"`
	Matchers     []matcher `json:"matchers"`
	Start        int       `json:"start"`
	End          int       `json:"end"`
	RangeSeconds *float64  `json:"rangeSeconds"`
}

type matcher struct {
	Name  string `json:"name"`
	Op    string `json:"op"`
	Value string `json:"value"`
}

func parse(text string) (*parsedQuery, error) {
	expr, err := queryParser.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	out := &parsedQuery{Type: expr.Type(), Selectors: []*selector{}, Canonical: expr.String()}
	found := map[*parser.VectorSelector]*selector{}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.MatrixSelector:
			if inner, ok := n.VectorSelector.(*parser.VectorSelector); ok {
				seconds := n.Range.Seconds()
				describe(found, inner, text).RangeSeconds = &seconds
			}
		case *parser.VectorSelector:
			out.Selectors = append(out.Selectors, describe(found, n, text))
		}
		return nil
	})
	if bare, ok := unwrap(expr).(*parser.VectorSelector); ok && !modified(bare) {
		out.BareSelector = found[bare]
	}
	return out, nil
}

func unwrap(expr parser.Expr) parser.Expr {
	for {
		inner, ok := expr.(*parser.ParenExpr)
		if !ok {
			return expr
		}
		expr = inner.Expr
	}
}

func modified(vs *parser.VectorSelector) bool {
	return vs.OriginalOffset != 0 || vs.OriginalOffsetExpr != nil || vs.Timestamp != nil ||
		vs.StartOrEnd != 0 || vs.Anchored || vs.Smoothed
}

func describe(found map[*parser.VectorSelector]*selector, vs *parser.VectorSelector, text string) *selector {
	if known := found[vs]; known != nil {
		return known
	}
	start := int(vs.PosRange.Start)
	out := &selector{
		Matchers: []matcher{},
		Start:    utf16Length(text[:start]),
		End:      utf16Length(text[:selectorEnd(text, start)]),
	}
	for _, one := range vs.LabelMatchers {
		if one.Name == labels.MetricName && one.Type == labels.MatchEqual {
			out.Metric = &one.Value
			continue
		}
		out.Matchers = append(out.Matchers, matcher{one.Name, one.Type.String(), one.Value})
	}
	found[vs] = out
	return out
}

// selectorEnd finds where name and braces end: the parser's own range also covers an offset or @ behind them.
func selectorEnd(text string, start int) int {
	end := start
	for end < len(text) && (isNameByte(text[end])) {
		end++
	}
	brace := skipSpace(text, end)
	if brace >= len(text) || text[brace] != '{' {
		return end
	}
	for i := brace; i < len(text); i++ {
		switch text[i] {
		case '}':
			return i + 1
		case '"', '\'', '`':
			i = closingQuote(text, i)
		case '#':
			i += lineLength(text[i:])
		}
	}
	return len(text)
}

func isNameByte(c byte) bool {
	return c == '_' || c == ':' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
}

func skipSpace(text string, from int) int {
	for from < len(text) {
		switch text[from] {
		case ' ', '\t', '\r', '\n':
			from++
		case '#':
			from += lineLength(text[from:])
		default:
			return from
		}
	}
	return from
}

func lineLength(text string) int {
	if end := strings.IndexByte(text, '\n'); end >= 0 {
		return end
	}
	return len(text)
}

func closingQuote(text string, open int) int {
	for i := open + 1; i < len(text); i++ {
		switch {
		case text[i] == text[open]:
			return i
		case text[i] == '\\' && text[open] != '`':
			i++
		}
	}
	return len(text)
}

// utf16Length counts as JavaScript does.
func utf16Length(text string) int {
	units := 0
	for _, r := range text {
		units++
		if r >= 0x10000 && r != utf8.RuneError {
			units++
		}
	}
	return units
}

// failure is what JavaScript turns into a PromqlError.
type failure struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

func failureOf(err error, text string) failure {
	var many parser.ParseErrors
	var one *parser.ParseErr
	switch {
	case errors.As(err, &many) && len(many) > 0:
		one = &many[0]
	case !errors.As(err, &one):
		return failure{Kind: "execution", Message: err.Error()}
	}
	before := text[:min(len(text), max(0, int(one.PositionRange.Start)))]
	lineStart := strings.LastIndexByte(before, '\n') + 1
	return failure{
		Kind: "parse", Message: one.Err.Error(),
		Line:   1 + strings.Count(before, "\n"),
		Column: 1 + utf16Length(before[lineStart:]),
	}
}
