package main

import (
	"fmt"

	"github.com/prometheus/otlptranslator"
)

// readMetric writes a metric's points and returns those it wrote.
func (l *loader) readMetric(res *resource, one *metric) []dataPoint {
	name, err := metricNamer.Build(one.forNamer())
	if !l.supported(one) {
		if err == nil {
			l.leftOut(name)
		}
		return nil
	}
	if len(one.points) == 0 {
		return nil
	}
	if err != nil {
		l.problem(problemMalformed, fmt.Sprintf("metric %q has no Prometheus name: %v; %s left out", one.name, err, points(one)))
		return nil
	}
	l.checkFamily(name, one)
	written := one.points[:0]
	for i := range one.points {
		point := one.points[i]
		if fault := faultOf(one, &point); fault.message != "" {
			l.problem(fault.kind, fmt.Sprintf("metric %q: %s", one.name, fault.message))
			if fault.fatal {
				l.leftOut(name)
				continue
			}
		}
		to, err := l.streamOf(res, name, one, &point)
		if err != nil {
			l.problem(problemMalformed, fmt.Sprintf("metric %q: an attribute has no label name: %v; the point is left out", one.name, err))
			l.leftOut(name)
			continue
		}
		for _, label := range to.collisions {
			l.collision("data point", name, label)
		}
		l.write(to, one.kind, &point)
		l.report.Points++
		written = append(written, point)
	}
	return written
}

func (l *loader) supported(one *metric) bool {
	switch one.kind {
	case kindNone:
		l.problem(problemMalformed, fmt.Sprintf("metric %q has no data (gauge, sum, histogram, exponentialHistogram)", one.name))
		return false
	case kindSummary:
		l.problem(problemType, fmt.Sprintf("metric %q is of type %s, which is not read yet; %s left out", one.name, one.kind, points(one)))
		return false
	case kindGauge:
		return true
	}
	switch one.temporality {
	case temporalityCumulative:
		return true
	case temporalityDelta:
		l.problem(problemDelta, fmt.Sprintf(
			"metric %q has delta temporality, and PromQL needs cumulative (set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative in the program that wrote it); %s left out",
			one.name, points(one)))
	default:
		l.problem(problemMalformed, fmt.Sprintf("metric %q does not say its aggregation temporality; %s left out", one.name, points(one)))
	}
	return false
}

func (m *metric) forNamer() otlptranslator.Metric {
	out := otlptranslator.Metric{Name: m.name, Unit: m.unit, Type: otlptranslator.MetricTypeGauge}
	switch {
	case m.kind == kindHistogram, m.kind == kindExponentialHistogram:
		out.Type = otlptranslator.MetricTypeHistogram
	case m.kind == kindSum && m.monotonic:
		out.Type = otlptranslator.MetricTypeMonotonicCounter
	case m.kind == kindSum:
		out.Type = otlptranslator.MetricTypeNonMonotonicCounter
	}
	return out
}

func points(one *metric) string {
	if len(one.points) == 1 {
		return "1 point"
	}
	return fmt.Sprintf("%d points", len(one.points))
}

func (l *loader) checkFamily(name string, one *metric) {
	now := instrument{name: one.name, unit: one.unit, kind: one.kind, monotonic: one.monotonic}
	before, known := l.families[name]
	if !known {
		l.families[name] = now
		return
	}
	key := fmt.Sprintf("%s\x00%v", name, now)
	if before == now || l.told[key] {
		return
	}
	l.told[key] = true
	l.problem(problemMetrics, fmt.Sprintf("%s and %s both become %q; their series are mixed", before, now, name))
}

func (i instrument) String() string {
	if i.kind == kindSum && !i.monotonic {
		return fmt.Sprintf("%q (up-down sum, unit %q)", i.name, i.unit)
	}
	return fmt.Sprintf("%q (%s, unit %q)", i.name, i.kind, i.unit)
}

// fault is what is wrong with a point; a fatal one keeps the point out.
type fault struct {
	kind    problemKind
	message string
	fatal   bool
}

func faultOf(one *metric, point *dataPoint) fault {
	switch {
	case point.broken != "":
		return fault{problemMalformed, point.broken + "; the point is left out", true}
	case !point.hasTime:
		return fault{problemMalformed, "a point has no timeUnixNano; it is left out", true}
	case point.noValue:
		return fault{}
	case one.kind == kindHistogram:
		return histogramFault(point)
	case one.kind == kindExponentialHistogram:
		return exponentialFault(point)
	case !point.hasValue:
		return fault{problemMalformed, "a point has neither asInt nor asDouble; it is left out", true}
	}
	return fault{}
}

func histogramFault(point *dataPoint) fault {
	counts, bounds := len(point.bucketCounts), len(point.bounds)
	if counts == 0 && bounds == 0 {
		return fault{} // a histogram without buckets: count and sum only
	}
	if counts != bounds+1 {
		return fault{problemBuckets, fmt.Sprintf(
			"%d bucketCounts for %d explicitBounds, where one more than bounds is needed; the point is left out", counts, bounds), true}
	}
	for i := 1; i < bounds; i++ {
		if !(point.bounds[i-1] < point.bounds[i]) {
			return fault{problemBuckets, fmt.Sprintf("explicitBounds do not rise: %v; the point is left out", point.bounds), true}
		}
	}
	var total uint64
	for _, n := range point.bucketCounts {
		total += n
	}
	if total != point.count {
		return fault{problemBuckets, fmt.Sprintf("bucketCounts add up to %d, count is %d; the point is used as it is", total, point.count), false}
	}
	return fault{}
}

func (l *loader) streamOf(res *resource, name string, one *metric, point *dataPoint) (*stream, error) {
	l.keyBuf = streamKey(l.keyBuf[:0], one, point)
	if known := res.streams[string(l.keyBuf)]; known != nil {
		return known, nil
	}
	key := string(l.keyBuf)
	built, err := l.newStream(res, name, one, point)
	if err == nil {
		res.streams[key] = built
	}
	return built, err
}
