package main

import (
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// The engine counts the first value of an anchored or smoothed counter from its start timestamp, but of a native
// histogram it looks at samples alone (v0.316.0, extendedHistogramRate): the first value would be lost. A server has an
// empty histogram at the start, which its receiver wrote (created-timestamp-zero-ingestion). Here such selectors, and
// no others, are shown one.

// extendedSelectors parses for the engine and knows which selectors of the last query are anchored or smoothed.
type extendedSelectors struct {
	parser.Parser
	// matchers are each a selector's first; the engine hands the very same ones to the querier.
	matchers map[*labels.Matcher]bool
}

func newExtendedSelectors() *extendedSelectors {
	return &extendedSelectors{Parser: queryParser, matchers: map[*labels.Matcher]bool{}}
}

// ParseExpr is what the engine calls with every query.
func (s *extendedSelectors) ParseExpr(text string) (parser.Expr, error) {
	clear(s.matchers)
	expr, err := s.Parser.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if vs, ok := node.(*parser.VectorSelector); ok && (vs.Anchored || vs.Smoothed) {
			s.matchers[vs.LabelMatchers[0]] = true
		}
		return nil
	})
	return expr, nil
}

func (s *extendedSelectors) include(matchers []*labels.Matcher) bool {
	return len(matchers) > 0 && s.matchers[matchers[0]]
}

// withStarts puts an empty histogram at every start between two samples, the one before the first included.
func (one *series) withStarts(before sample, samples []sample) []sample {
	out := make([]sample, 0, len(samples)+1)
	for _, next := range samples {
		if next.histogram != 0 && next.startedAfter(before) {
			schema := one.histogramOf(next).Schema
			out = append(out, sample{time: next.start, histogram: one.emptyHistogram(schema), origin: next.origin})
		}
		out = append(out, next)
		before = next
	}
	return out
}

func (one *series) emptyHistogram(schema int32) int32 {
	if place, known := one.empty[schema]; known {
		return place
	}
	if one.empty == nil {
		one.empty = map[int32]int32{}
	}
	one.empty[schema] = one.keep(&histogram.FloatHistogram{
		CounterResetHint: histogram.CounterReset, Schema: schema, ZeroThreshold: zeroThreshold,
	})
	return one.empty[schema]
}
