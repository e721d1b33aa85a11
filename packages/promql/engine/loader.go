package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"time"
)

// loader reads OTLP JSON lines into a store. One load is start, any number of chunks, finish.
type loader struct {
	store     *store
	names     labelNames
	resources map[string]*resource
	// families remembers which instrument a Prometheus name came from, to report two that share one.
	families map[string]instrument
	files    []string
	lookback time.Duration
	keyBuf   []byte

	// Of the load in progress.
	loads   int
	line    int
	partial []byte
	report  loadReport
	told    map[string]bool
	heard   map[writer]bool
}

// writer is one process, as far as its telemetry names it.
type writer struct{ job, instance string }

type instrument struct {
	name, unit string
	kind       metricKind
	monotonic  bool
}

func newLoader(into *store, lookback time.Duration) *loader {
	return &loader{
		store: into, names: labelNames{}, lookback: lookback,
		resources: map[string]*resource{}, families: map[string]instrument{},
	}
}

func (l *loader) start(file string) {
	l.files = append(l.files, file)
	l.loads++
	l.line, l.partial = 0, nil
	l.report = loadReport{Problems: []problem{}, LeftOut: []string{}}
	l.told = map[string]bool{}
	l.heard = map[writer]bool{}
}

// chunk takes the next bytes of the file, cut anywhere.
func (l *loader) chunk(data []byte) {
	for {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			l.partial = append(l.partial, data...)
			return
		}
		line := data[:end]
		if len(l.partial) > 0 {
			line = append(l.partial, line...)
			l.partial = nil
		}
		l.readLine(line, false)
		data = data[end+1:]
	}
}

func (l *loader) finish() loadReport {
	if len(l.partial) > 0 {
		l.readLine(l.partial, true)
		l.partial = nil
	}
	l.store.settle(
		func(in *series, first, second sample) {
			l.problemAt(second.origin, problemConflict, fmt.Sprintf(
				"%s has two values at %s: %s, and then %s from %s line %d; the later stays",
				in.labels, secondsText(first.time), in.textOf(first), in.textOf(second),
				l.files[second.origin.file], second.origin.line))
		},
		func(*series) { l.report.AdjustedStarts++ },
	)
	l.report.Instances = len(l.heard)
	return l.report
}

var byteOrderMark = []byte("\uFEFF")

func (l *loader) readLine(line []byte, unterminated bool) {
	l.line++
	if l.line == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	if len(bytes.Trim(line, " \t\r")) == 0 {
		return
	}
	l.report.Lines++
	resources, known, err := decodeLine(line)
	switch {
	case errors.Is(err, errTruncated) && unterminated:
		l.lostLine(problemTruncated, "the file ends in the middle of this line")
	case err != nil && isJSON(line):
		l.lostLine(problemMalformed, fmt.Sprintf("not as OTLP has it: %v", err))
	case err != nil:
		l.lostLine(problemCorrupt, fmt.Sprintf("not JSON: %v", err))
	case !known:
		l.problem(problemForeign, "JSON, but no OTLP line: none of resourceMetrics, resourceSpans, resourceLogs is in it")
	default:
		before := l.report.Points + l.report.ProblemCount
		for i := range resources {
			l.readResource(&resources[i])
		}
		if l.report.Points+l.report.ProblemCount == before {
			l.report.IgnoredLines++
		}
	}
}

func (l *loader) lostLine(kind problemKind, message string) {
	l.report.LostLines++
	l.problem(kind, message+"; the line is left out")
}

func isJSON(line []byte) bool {
	r := &jsonReader{data: line}
	return r.skip() == nil && r.end() == nil
}

func (l *loader) readResource(from *resourceMetrics) {
	res, err := l.resourceOf(from.attributes)
	if err != nil {
		l.problem(problemMalformed, fmt.Sprintf("a resource attribute has no label name: %v; the resource's metrics are left out", err))
		return
	}
	for _, label := range res.collisions {
		l.collision("resource", targetInfo, label)
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range from.metrics {
		for _, point := range l.readMetric(res, &from.metrics[i]) {
			first, last = min(first, point.time), max(last, point.time)
		}
	}
	if first <= last {
		l.heard[writer{res.job, res.instance}] = true
		l.writeTargetInfo(res, first, last)
	}
}

func (l *loader) resourceOf(attributes []attribute) (*resource, error) {
	l.keyBuf = appendAttributes(l.keyBuf[:0], attributes)
	if known := l.resources[string(l.keyBuf)]; known != nil {
		return known, nil
	}
	key := string(l.keyBuf)
	res, err := newResource(attributes, l.names)
	if err == nil {
		l.resources[key] = res
	}
	return res, err
}

// writeTargetInfo spreads samples over the line's time, as the receiver does, so that no look-back misses them.
func (l *loader) writeTargetInfo(res *resource, first, last int64) {
	if res.targetInfo.IsEmpty() {
		return
	}
	into := l.store.seriesOf(res.targetInfo)
	for at := first; at < last; at += max(1, l.lookback.Milliseconds()/2) {
		l.append(into, 0, at, 1)
	}
	l.append(into, 0, last, 1)
}

func (l *loader) append(into *series, start, at int64, value float64) {
	l.appendSample(into, sample{start: start, time: at, value: value})
}

func (l *loader) appendHistogram(into *series, point *dataPoint) {
	place := into.keep(nativeHistogram(point))
	l.appendSample(into, sample{start: point.start, time: point.time, histogram: place})
}

func (l *loader) appendSample(into *series, added sample) {
	added.origin = origin{file: int32(len(l.files) - 1), line: int32(l.line)}
	l.store.append(into, added)
	l.report.Samples++
	if into.lastLoad != l.loads {
		into.lastLoad = l.loads
		l.report.Series++
	}
	l.report.see(added.time)
}

func (l *loader) collision(source, metricName, label string) {
	key := metricName + "\x00" + label
	if l.told[key] {
		return
	}
	l.told[key] = true
	l.problem(problemLabels, fmt.Sprintf(
		"several %s attributes of %s become the label %q; their values are joined with ';'", source, metricName, label))
}
