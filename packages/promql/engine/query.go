package main

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

const (
	maxSamples   = 50_000_000
	queryTimeout = 2 * time.Minute
	// subqueryStep is the server's default evaluation interval, which a subquery without a step takes.
	subqueryStep = time.Minute
)

var queryParser = parser.NewParser(parser.Options{})

func newEngine(lookback time.Duration, withParser parser.Parser) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		MaxSamples:               maxSamples,
		Timeout:                  queryTimeout,
		LookbackDelta:            lookback,
		NoStepSubqueryIntervalFn: func(int64) int64 { return subqueryStep.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		UseStartTimestamps:       true,
		Parser:                   withParser,
	})
}

func instant(engine *promql.Engine, from *store, text string, at time.Time) (*result, error) {
	ctx := context.Background()
	query, err := engine.NewInstantQuery(ctx, from, nil, text, at)
	if err != nil {
		return nil, err
	}
	return execute(ctx, query, text)
}

// maxSteps is the HTTP API's limit: 60 s resolution for a week, 1 h for a year.
const maxSteps = 11_000

// rangeQuery evaluates at start and every step after it up to end.
func rangeQuery(engine *promql.Engine, from *store, text string, start, end time.Time, step time.Duration) (*result, error) {
	switch {
	case step <= 0:
		return nil, fmt.Errorf("the step of a range query must be at least 1 ms, got %s", step)
	case end.Before(start):
		return nil, fmt.Errorf("the range ends (at %s) before it starts (at %s)", secondsText(end.UnixMilli()), secondsText(start.UnixMilli()))
	case end.Sub(start)/step > maxSteps:
		return nil, fmt.Errorf("the range has %d steps of %s, and the limit is 11,000 points per series: take a longer step or a shorter range", end.Sub(start)/step, step)
	}
	ctx := context.Background()
	query, err := engine.NewRangeQuery(ctx, from, nil, text, start, end, step)
	if err != nil {
		return nil, err
	}
	return execute(ctx, query, text)
}

func execute(ctx context.Context, query promql.Query, text string) (*result, error) {
	defer query.Close()
	answer := query.Exec(ctx)
	if answer.Err != nil {
		return nil, answer.Err
	}
	return resultOf(answer, text)
}
