package main

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
)

// stream is the set of series that one OTLP data point feeds, kept so that labels are built once and not per point.
type stream struct {
	// single is the series of a sum, a gauge or a native histogram; the others belong to a classic histogram.
	single     *series
	count, sum *series
	buckets    []*series // one per bound; nil where the bound is +Inf, whose bucket is infinity
	infinity   *series
	collisions []string
}

// streamKey tells streams of one resource apart. Lengths stand before the texts, so that no two keys can run together.
func streamKey(key []byte, one *metric, point *dataPoint) []byte {
	key = appendText(key, string(one.kind))
	key = append(key, boolByte(one.monotonic), boolByte(point.hasSum))
	key = appendText(appendText(key, one.name), one.unit)
	key = binary.AppendUvarint(key, uint64(len(point.bounds)))
	for _, bound := range point.bounds {
		key = binary.LittleEndian.AppendUint64(key, math.Float64bits(bound))
	}
	return appendAttributes(key, point.attributes)
}

func appendAttributes(key []byte, attributes []attribute) []byte {
	for _, pair := range attributes {
		key = appendText(appendText(key, pair.key), pair.value)
	}
	return key
}

func appendText(key []byte, text string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(text))), text...)
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (l *loader) newStream(of *resource, name string, one *metric, point *dataPoint) (*stream, error) {
	builder, collisions, err := of.pointLabels(point.attributes, l.names)
	if err != nil {
		return nil, err
	}
	out := &stream{collisions: collisions}
	if one.kind != kindHistogram {
		out.single = l.named(builder, name)
		out.single.monotonic = out.single.monotonic || one.monotonic || one.kind == kindExponentialHistogram
		out.single.primary = out.single.monotonic
		return out, nil
	}
	out.count = l.monotonic(builder, name+"_count")
	out.count.primary = true
	if point.hasSum {
		out.sum = l.monotonic(builder, name+"_sum")
	}
	for _, bound := range point.bounds {
		if math.IsInf(bound, 1) {
			out.buckets = append(out.buckets, nil)
			continue
		}
		// As the receiver writes bounds: "1", where a scrape would write "1.0".
		builder.Set(labels.BucketLabel, strconv.FormatFloat(bound, 'f', -1, 64))
		out.buckets = append(out.buckets, l.monotonic(builder, name+"_bucket"))
	}
	builder.Set(labels.BucketLabel, "+Inf")
	out.infinity = l.monotonic(builder, name+"_bucket")
	return out, nil
}

func (l *loader) named(builder *labels.Builder, name string) *series {
	builder.Set(labels.MetricName, name)
	return l.store.seriesOf(builder.Labels())
}

func (l *loader) monotonic(builder *labels.Builder, name string) *series {
	out := l.named(builder, name)
	out.monotonic = true
	return out
}

var staleNaN = math.Float64frombits(value.StaleNaN)

// write appends a data point to the series of its stream.
func (l *loader) write(to *stream, kind metricKind, point *dataPoint) {
	if kind == kindExponentialHistogram {
		l.appendHistogram(to.single, point)
		return
	}
	put := func(into *series, v float64) {
		if into == nil {
			return
		}
		if point.noValue {
			v = staleNaN
		}
		l.append(into, point.start, point.time, v)
	}
	if to.single != nil {
		put(to.single, point.value)
		return
	}
	if point.hasSum {
		put(to.sum, point.sum)
	}
	put(to.count, float64(point.count))
	var cumulative uint64
	for i := range min(len(to.buckets), len(point.bucketCounts)) {
		cumulative += point.bucketCounts[i]
		put(to.buckets[i], float64(cumulative))
	}
	put(to.infinity, float64(point.count))
}
