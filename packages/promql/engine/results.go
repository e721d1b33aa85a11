package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// result has the shape of the `data` field of the HTTP API, annotations added.
type result struct {
	ResultType string   `json:"resultType"`
	Result     any      `json:"result"`
	Warnings   []string `json:"warnings"`
	Infos      []string `json:"infos"`
}

// pair is a time in seconds and what was there: a number or a string as text, or a histogram.
type pair [2]any

type vectorSample struct {
	Metric    map[string]string `json:"metric"`
	Value     *pair             `json:"value,omitempty"`
	Histogram *pair             `json:"histogram,omitempty"`
}

type matrixSeries struct {
	Metric     map[string]string `json:"metric"`
	Values     []pair            `json:"values,omitempty"`
	Histograms []pair            `json:"histograms,omitempty"`
}

type plainHistogram struct {
	Count   string   `json:"count"`
	Sum     string   `json:"sum"`
	Buckets [][4]any `json:"buckets,omitempty"`
}

func resultOf(answer *promql.Result, query string) (*result, error) {
	value, err := plainValue(answer.Value)
	if err != nil {
		return nil, err
	}
	warnings, infos := answer.Warnings.AsStrings(query, 0, 0)
	return &result{string(answer.Value.Type()), value, listed(warnings), listed(infos)}, nil
}

// listed gives [] where JSON would say null, in an order that does not change from run to run.
func listed(messages []string) []string {
	slices.Sort(messages)
	return append([]string{}, messages...)
}

func plainValue(value parser.Value) (any, error) {
	switch v := value.(type) {
	case promql.Vector:
		out := make([]vectorSample, 0, len(v))
		for _, one := range v {
			out = append(out, plainSample(one))
		}
		return out, nil
	case promql.Matrix:
		out := make([]matrixSeries, 0, len(v))
		for _, one := range v {
			out = append(out, plainSeries(one))
		}
		return out, nil
	case promql.Scalar:
		return pairOf(v.T, floatText(v.V)), nil
	case promql.String:
		return pairOf(v.T, v.V), nil
	}
	return nil, fmt.Errorf("the answer is of a type that is not known: %T", value)
}

func plainSample(from promql.Sample) vectorSample {
	out := vectorSample{Metric: plainLabels(from.Metric)}
	if from.H != nil {
		found := pairOf(from.T, histogramOf(from.H))
		out.Histogram = &found
		return out
	}
	found := pairOf(from.T, floatText(from.F))
	out.Value = &found
	return out
}

func plainSeries(from promql.Series) matrixSeries {
	out := matrixSeries{Metric: plainLabels(from.Metric)}
	for _, point := range from.Floats {
		out.Values = append(out.Values, pairOf(point.T, floatText(point.F)))
	}
	for _, point := range from.Histograms {
		out.Histograms = append(out.Histograms, pairOf(point.T, histogramOf(point.H)))
	}
	return out
}

func pairOf(milliseconds int64, value any) pair {
	return pair{json.RawMessage(secondsText(milliseconds)), value}
}

func plainLabels(lset labels.Labels) map[string]string {
	out := make(map[string]string, lset.Len())
	lset.Range(func(l labels.Label) { out[l.Name] = l.Value })
	return out
}

func histogramOf(from *histogram.FloatHistogram) plainHistogram {
	out := plainHistogram{Count: floatText(from.Count), Sum: floatText(from.Sum)}
	for it := from.AllBucketIterator(); it.Next(); {
		bucket := it.At()
		if bucket.Count == 0 {
			continue
		}
		out.Buckets = append(out.Buckets, [4]any{
			inclusion(bucket), floatText(bucket.Lower), floatText(bucket.Upper), floatText(bucket.Count),
		})
	}
	return out
}

// inclusion tells which of its bounds a bucket includes, in the HTTP API's code.
func inclusion(of histogram.Bucket[float64]) int {
	switch {
	case of.LowerInclusive && of.UpperInclusive:
		return 3
	case of.LowerInclusive:
		return 1
	case of.UpperInclusive:
		return 0
	}
	return 2
}
