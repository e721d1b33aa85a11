package main

import (
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
)

// sample is a number or a native histogram. It carries the start timestamp of its counter (0: unknown) and where it was read, for conflict reports.
type sample struct {
	start, time int64
	value       float64
	// histogram is the place, from 1, in the series' histograms; 0 of a number. Samples hold no pointer, so that the
	// garbage collector need not look into them.
	histogram int32
	origin    origin
}

// startedAfter tells whether the counter began between two samples; a start at the sample itself says "unknown".
func (s sample) startedAfter(before sample) bool {
	return s.start > before.time && s.start < s.time
}

type origin struct {
	file int32
	line int32
}

type series struct {
	labels     labels.Labels
	samples    []sample
	histograms []*histogram.FloatHistogram
	// empty are the places of empty histograms by schema.
	empty map[int32]int32
	// monotonic series need a start before their first sample, or their first value is invisible to `increase`.
	monotonic bool
	// primary marks the one series by which a data point's start is counted: a histogram is many series and one stream.
	primary bool
	// movedStart is the unusable start that was replaced, so that later points that repeat it do not look like a reset.
	movedStart, newStart int64
	unsettled            bool
	lastLoad             int
}

// store keeps every series in memory, found by name.
type store struct {
	extended  *extendedSelectors
	byHash    map[uint64][]*series
	byName    map[string][]*series
	all       []*series
	unsettled []*series
}

func newStore(extended *extendedSelectors) *store {
	return &store{extended: extended, byHash: map[uint64][]*series{}, byName: map[string][]*series{}}
}

func (s *store) seriesOf(lset labels.Labels) *series {
	hash := lset.Hash()
	for _, known := range s.byHash[hash] {
		if labels.Equal(known.labels, lset) {
			return known
		}
	}
	added := &series{labels: lset}
	s.byHash[hash] = append(s.byHash[hash], added)
	name := lset.Get(labels.MetricName)
	s.byName[name] = append(s.byName[name], added)
	s.all = append(s.all, added)
	return added
}

func (s *store) append(to *series, added sample) {
	if to.movedStart != 0 && added.start == to.movedStart {
		added.start = to.newStart
	}
	to.samples = append(to.samples, added)
	if !to.unsettled {
		to.unsettled = true
		s.unsettled = append(s.unsettled, to)
	}
}

// settle brings what was appended into the order that iterators need: by time, one sample a time.
func (s *store) settle(conflict func(in *series, first, second sample), moved func(in *series)) {
	for _, one := range s.unsettled {
		one.unsettled = false
		one.sortByTime()
		one.dropRepeated(conflict)
		one.hintResets()
		if one.giveStart() && one.primary {
			moved(one)
		}
	}
	s.unsettled = s.unsettled[:0]
}

func (one *series) sortByTime() {
	byTime := func(a, b sample) int {
		switch {
		case a.time < b.time:
			return -1
		case a.time > b.time:
			return 1
		}
		return 0
	}
	if !slices.IsSortedFunc(one.samples, byTime) {
		slices.SortStableFunc(one.samples, byTime)
	}
}

// dropRepeated keeps the last of several samples of one time; two with different values are a conflict.
func (one *series) dropRepeated(conflict func(in *series, first, second sample)) {
	kept := one.samples[:0]
	for _, next := range one.samples {
		last := len(kept) - 1
		if last < 0 || kept[last].time != next.time {
			kept = append(kept, next)
			continue
		}
		if !one.same(kept[last], next) {
			conflict(one, kept[last], next)
		}
		kept[last] = next
	}
	one.samples = kept
}

// giveStart moves the start of a monotonic series that claims to begin at or after its own first point to 1 ms
// before it. Start equal to time is what SDKs write for "unknown" (observable counters); the engine would lose the value.
func (one *series) giveStart() bool {
	if !one.monotonic || len(one.samples) == 0 {
		return false
	}
	first := one.samples[0]
	if first.start == 0 || first.start < first.time {
		return false
	}
	one.movedStart, one.newStart = first.start, first.time-1
	for i := range one.samples {
		if one.samples[i].start == one.movedStart {
			one.samples[i].start = one.newStart
		}
	}
	return true
}
