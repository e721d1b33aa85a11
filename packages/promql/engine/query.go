package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
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

func newEngine(lookback time.Duration) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		MaxSamples:               maxSamples,
		Timeout:                  queryTimeout,
		LookbackDelta:            lookback,
		NoStepSubqueryIntervalFn: func(int64) int64 { return subqueryStep.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		UseStartTimestamps:       true,
		Parser:                   queryParser,
	})
}

// instantResult has the shape of the `data` field of the HTTP API, annotations added.
type instantResult struct {
	ResultType string   `json:"resultType"`
	Result     any      `json:"result"`
	Warnings   []string `json:"warnings"`
	Infos      []string `json:"infos"`
}

type pair [2]any

type vectorSample struct {
	Metric map[string]string `json:"metric"`
	Value  pair              `json:"value"`
}

type matrixSeries struct {
	Metric map[string]string `json:"metric"`
	Values []pair            `json:"values"`
}

func instant(engine *promql.Engine, from *store, text string, at time.Time) (*instantResult, error) {
	ctx := context.Background()
	query, err := engine.NewInstantQuery(ctx, from, nil, text, at)
	if err != nil {
		return nil, err
	}
	defer query.Close()
	answer := query.Exec(ctx)
	if answer.Err != nil {
		return nil, answer.Err
	}
	out := &instantResult{ResultType: string(answer.Value.Type())}
	out.Result, err = plainValue(answer.Value)
	warnings, infos := answer.Warnings.AsStrings(text, 0, 0)
	out.Warnings, out.Infos = listed(warnings), listed(infos)
	return out, err
}

// listed gives [] where JSON would say null, in an order that does not change from run to run.
func listed(messages []string) []string {
	slices.Sort(messages)
	return append([]string{}, messages...)
}

var errNativeHistogram = errors.New("the answer holds a native histogram, which cannot be told yet")

func plainValue(value parser.Value) (any, error) {
	switch v := value.(type) {
	case promql.Vector:
		out := make([]vectorSample, 0, len(v))
		for _, one := range v {
			if one.H != nil {
				return nil, errNativeHistogram
			}
			out = append(out, vectorSample{plainLabels(one.Metric), pairOf(one.T, floatText(one.F))})
		}
		return out, nil
	case promql.Matrix:
		out := make([]matrixSeries, 0, len(v))
		for _, one := range v {
			if len(one.Histograms) > 0 {
				return nil, errNativeHistogram
			}
			values := make([]pair, 0, len(one.Floats))
			for _, point := range one.Floats {
				values = append(values, pairOf(point.T, floatText(point.F)))
			}
			out = append(out, matrixSeries{plainLabels(one.Metric), values})
		}
		return out, nil
	case promql.Scalar:
		return pairOf(v.T, floatText(v.V)), nil
	case promql.String:
		return pairOf(v.T, v.V), nil
	}
	return nil, fmt.Errorf("the answer is of a type that is not known: %T", value)
}

func pairOf(milliseconds int64, text string) pair {
	return pair{json.RawMessage(secondsText(milliseconds)), text}
}

func plainLabels(lset labels.Labels) map[string]string {
	out := make(map[string]string, lset.Len())
	lset.Range(func(l labels.Label) { out[l.Name] = l.Value })
	return out
}
