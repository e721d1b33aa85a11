package main

import (
	"context"
	"slices"
	"sort"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"
)

// Querier makes the store a storage.Queryable.
func (s *store) Querier(mint, maxt int64) (storage.Querier, error) {
	return &querier{store: s, mint: mint, maxt: maxt}, nil
}

type querier struct {
	store      *store
	mint, maxt int64
}

func (q *querier) Select(_ context.Context, sorted bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &foundSeries{at: -1}
	extended := q.store.extended.include(matchers)
	for _, candidate := range q.candidates(matchers) {
		if !matchesAll(candidate.labels, matchers) {
			continue
		}
		if view := q.view(candidate, extended); len(view.samples) > 0 {
			found.series = append(found.series, view)
		}
	}
	if sorted {
		slices.SortFunc(found.series, func(a, b *seriesView) int { return labels.Compare(a.series.labels, b.series.labels) })
	}
	return found
}

func (q *querier) candidates(matchers []*labels.Matcher) []*series {
	for _, matcher := range matchers {
		if matcher.Name == labels.MetricName && matcher.Type == labels.MatchEqual {
			return q.store.byName[matcher.Value]
		}
	}
	return q.store.all
}

func (q *querier) view(of *series, extended bool) *seriesView {
	from := sort.Search(len(of.samples), func(i int) bool { return of.samples[i].time >= q.mint })
	to := sort.Search(len(of.samples), func(i int) bool { return of.samples[i].time > q.maxt })
	samples := of.samples[from:max(from, to)]
	if extended && len(of.histograms) > 0 {
		var before sample
		if from > 0 {
			before = of.samples[from-1]
		}
		samples = of.withStarts(before, samples)
	}
	return &seriesView{series: of, samples: samples}
}

func matchesAll(lset labels.Labels, matchers []*labels.Matcher) bool {
	for _, matcher := range matchers {
		if !matcher.Matches(lset.Get(matcher.Name)) {
			return false
		}
	}
	return true
}

func (q *querier) LabelValues(_ context.Context, name string, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	seen := map[string]struct{}{}
	for _, candidate := range q.candidates(matchers) {
		if value := candidate.labels.Get(name); value != "" && matchesAll(candidate.labels, matchers) {
			seen[value] = struct{}{}
		}
	}
	return limited(seen, hints), nil, nil
}

func (q *querier) LabelNames(_ context.Context, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	seen := map[string]struct{}{}
	for _, candidate := range q.candidates(matchers) {
		if matchesAll(candidate.labels, matchers) {
			candidate.labels.Range(func(l labels.Label) { seen[l.Name] = struct{}{} })
		}
	}
	return limited(seen, hints), nil, nil
}

func limited(seen map[string]struct{}, hints *storage.LabelHints) []string {
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	kept, _ := hints.ApplyLimit(names)
	return kept
}

func (*querier) Close() error { return nil }

type foundSeries struct {
	series []*seriesView
	at     int
}

func (f *foundSeries) Next() bool {
	f.at++
	return f.at < len(f.series)
}

func (f *foundSeries) At() storage.Series              { return f.series[f.at] }
func (*foundSeries) Err() error                        { return nil }
func (*foundSeries) Warnings() annotations.Annotations { return nil }

// seriesView is the part of a series that a querier may see.
type seriesView struct {
	series  *series
	samples []sample
}

func (v *seriesView) Labels() labels.Labels { return v.series.labels }

func (v *seriesView) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*sampleIterator)
	if !ok {
		it = &sampleIterator{}
	}
	*it = sampleIterator{series: v.series, samples: v.samples, at: -1}
	return it
}
