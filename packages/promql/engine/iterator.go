package main

import (
	"errors"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
)

// sampleIterator walks float samples and tells their start timestamps.
type sampleIterator struct {
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
	if it.at >= len(it.samples) {
		it.at = len(it.samples)
		return chunkenc.ValNone
	}
	return chunkenc.ValFloat
}

func (it *sampleIterator) At() (int64, float64) {
	current := it.samples[it.at]
	return current.time, current.value
}

func (it *sampleIterator) AtT() int64  { return it.samples[it.at].time }
func (it *sampleIterator) AtST() int64 { return it.samples[it.at].start }
func (*sampleIterator) Err() error     { return nil }

var errNoHistograms = errors.New("the store holds no native histograms")

func (*sampleIterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	panic(errNoHistograms)
}

func (*sampleIterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	panic(errNoHistograms)
}
