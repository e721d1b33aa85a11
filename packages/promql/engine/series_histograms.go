package main

import (
	"fmt"
	"math"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/value"
)

// keep stores a histogram and tells the place by which a sample finds it.
func (one *series) keep(added *histogram.FloatHistogram) int32 {
	one.histograms = append(one.histograms, added)
	return int32(len(one.histograms))
}

// histogramOf is nil where the sample is a number.
func (one *series) histogramOf(of sample) *histogram.FloatHistogram {
	if of.histogram == 0 {
		return nil
	}
	return one.histograms[of.histogram-1]
}

func (one *series) same(a, b sample) bool {
	if h := one.histogramOf(a); h != nil {
		return h.Equals(one.histogramOf(b))
	}
	return b.histogram == 0 && math.Float64bits(a.value) == math.Float64bits(b.value)
}

func (one *series) textOf(of sample) string {
	if h := one.histogramOf(of); h != nil {
		return fmt.Sprintf("a histogram of count %s and sum %s", floatText(h.Count), floatText(h.Sum))
	}
	return floatText(of.value)
}

// hintResets tells the engine which histograms began anew, as a server's chunks do: it trusts hints, and where a query
// needs only counts it drops the buckets by which it could see a reset itself.
func (one *series) hintResets() {
	if len(one.histograms) == 0 {
		return
	}
	var before *histogram.FloatHistogram
	var last sample
	for _, next := range one.samples {
		h := one.histogramOf(next)
		if h != nil && value.IsStaleNaN(h.Sum) {
			h = nil
		}
		if h != nil {
			h.CounterResetHint = resetHint(before, h, next.startedAfter(last))
		}
		before, last = h, next
	}
}

func resetHint(before, h *histogram.FloatHistogram, startedBetween bool) histogram.CounterResetHint {
	if before == nil {
		return histogram.UnknownCounterReset
	}
	h.CounterResetHint = histogram.UnknownCounterReset // of an earlier load; DetectReset would believe it
	if startedBetween || h.DetectReset(before) {
		return histogram.CounterReset
	}
	return histogram.NotCounterReset
}
