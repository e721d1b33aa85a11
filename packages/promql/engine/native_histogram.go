package main

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/prometheus/prometheus/model/histogram"
)

// exponential is what an exponential histogram's point has besides count and sum.
type exponential struct {
	scale              int32
	zeroCount          uint64
	positive, negative exponentialBuckets
}

// exponentialBuckets are counts of neighbouring buckets: in OTLP bucket i holds (base^i, base^(i+1)], and the first of
// the counts is that of bucket offset.
type exponentialBuckets struct {
	offset int32
	counts []uint64
}

// zeroThreshold is the receiver's; the one that OTLP may carry is not read there either.
const zeroThreshold = 1e-128

// nativeHistogram converts a point that exponentialFault let pass, as Prometheus's OTLP receiver does: at most schema 8,
// to which finer scales are merged, and no sum is a sum of 0.
func nativeHistogram(point *dataPoint) *histogram.FloatHistogram {
	from := point.exponentialPart()
	out := &histogram.FloatHistogram{Schema: min(from.scale, histogram.ExponentialSchemaMax), ZeroThreshold: zeroThreshold}
	if point.noValue {
		out.Sum = staleNaN
		return out
	}
	out.Count, out.ZeroCount = float64(point.count), float64(from.zeroCount)
	if point.hasSum {
		out.Sum = point.sum
	}
	merged := from.scale - out.Schema
	out.PositiveSpans, out.PositiveBuckets = from.positive.sparse(merged)
	out.NegativeSpans, out.NegativeBuckets = from.negative.sparse(merged)
	return out
}

func (p *dataPoint) exponentialPart() *exponential {
	if p.exponential == nil {
		p.exponential = &exponential{}
	}
	return p.exponential
}

// sparse merges each 2^merged buckets into one and leaves out what is empty.
func (b *exponentialBuckets) sparse(merged int32) (spans []histogram.Span, counts []float64) {
	var current uint64
	next := int32(0) // the index that would continue the last span
	for i, count := range b.counts {
		if count == 0 {
			continue
		}
		index := b.index(i, merged)
		switch {
		case len(spans) > 0 && index == next-1:
			current += count
			counts[len(counts)-1] = float64(current)
			continue
		case len(spans) > 0 && index == next:
			spans[len(spans)-1].Length++
		default:
			spans = append(spans, histogram.Span{Offset: index - next, Length: 1})
		}
		current, next = count, index+1
		counts = append(counts, float64(count))
	}
	return spans, counts
}

// index is the native bucket of the i-th count. Native bucket i holds (base^(i-1), base^i]: one more than OTLP's.
func (b *exponentialBuckets) index(i int, merged int32) int32 {
	return int32((int64(b.offset)+int64(i))>>merged) + 1
}

func exponentialFault(point *dataPoint) fault {
	from := point.exponentialPart()
	if from.scale < histogram.ExponentialSchemaMin {
		return fault{problemType, fmt.Sprintf(
			"scale %d is coarser than the coarsest native histogram, %d; the point is left out", from.scale, histogram.ExponentialSchemaMin), true}
	}
	total, tooMany := from.zeroCount, false
	for _, side := range []*exponentialBuckets{&from.positive, &from.negative} {
		if place, found := side.beyondDoubles(from.scale); found {
			return fault{problemBuckets, fmt.Sprintf(
				"a bucket at place %d of scale %d lies beyond what a number can be; the point is left out", place, from.scale), true}
		}
		for _, count := range side.counts {
			sum, carry := bits.Add64(total, count, 0)
			total, tooMany = sum, tooMany || carry != 0
		}
	}
	noSum := point.hasSum && math.IsNaN(point.sum)
	switch {
	case tooMany || total > math.MaxInt64:
		return fault{problemBuckets, "its buckets hold more than 2^63 observations; the point is left out", true}
	case total != point.count && (!noSum || total > point.count):
		return fault{problemBuckets, fmt.Sprintf("bucketCounts and zeroCount add up to %d, count is %d; the point is left out", total, point.count), true}
	case noSum:
		return fault{problemMalformed, "its sum is no number; count and buckets are used as they are", false}
	}
	return fault{}
}

// beyondDoubles finds a bucket that no 64-bit number can fall into, the one of the infinities not counted: such places
// come from a broken writer, and the engine's arithmetic on them would overflow.
func (b *exponentialBuckets) beyondDoubles(scale int32) (place int64, found bool) {
	merged := max(0, scale-histogram.ExponentialSchemaMax)
	width := math.Ldexp(1, int(merged-scale))
	for i, count := range b.counts {
		if count == 0 {
			continue
		}
		place = int64(b.offset) + int64(i)
		lower := float64(place>>merged) * width // exponents of 2
		if lower > 1024 || lower+width < -1074 {
			return place, true
		}
	}
	return 0, false
}
