package main

import (
	"errors"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// sampleIterator walks the samples of a series and tells their start timestamps.
type sampleIterator struct {
	series  *series
	samples []sample
	at      int
}

func (it *sampleIterator) Next() chunkenc.ValueType {
	it.at++
	return it.here()
}

func (it *sampleIterator) Seek(t int64) chunkenc.ValueType {
	from := max(it.at, 0)
	if from >= len(it.samples) {
		it.at = len(it.samples)
		return chunkenc.ValNone
	}
	it.at = from + sort.Search(len(it.samples)-from, func(i int) bool { return it.samples[from+i].time >= t })
	return it.here()
}

func (it *sampleIterator) here() chunkenc.ValueType {
	switch {
	case it.at >= len(it.samples):
		it.at = len(it.samples)
		return chunkenc.ValNone
	case it.samples[it.at].histogram != 0:
		return chunkenc.ValFloatHistogram
	}
	return chunkenc.ValFloat
}

func (it *sampleIterator) At() (int64, float64) {
	current := it.samples[it.at]
	return current.time, current.value
}

// AtFloatHistogram copies: the engine changes what it is given.
func (it *sampleIterator) AtFloatHistogram(into *histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	current := it.samples[it.at]
	h := it.series.histogramOf(current)
	if into == nil {
		return current.time, h.Copy()
	}
	h.CopyTo(into)
	return current.time, into
}

func (it *sampleIterator) AtT() int64  { return it.samples[it.at].time }
func (it *sampleIterator) AtST() int64 { return it.samples[it.at].start }
func (*sampleIterator) Err() error     { return nil }

var errFloatHistograms = errors.New("the store holds float histograms only")

// AtHistogram is for samples of type ValHistogram, of which there are none.
func (*sampleIterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	panic(errFloatHistograms)
}
