package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// errNotMetrics stops the reading of a line as soon as its first key names another signal.
var errNotMetrics = errors.New("not a line of metrics")

// decodeLine reads one OTLP JSON line; a line that is JSON but no OTLP is not known.
func decodeLine(line []byte) (resources []resourceMetrics, known bool, err error) {
	r := &jsonReader{data: line}
	if r.peek() != '{' {
		if err := r.skip(); err != nil {
			return nil, false, err
		}
		return nil, false, r.end()
	}
	fields := 0
	err = r.object(func(key []byte) error {
		fields++
		switch string(key) {
		case "resourceMetrics":
			known = true
			return r.array(func() error {
				one, err := decodeResource(r)
				resources = append(resources, one)
				return err
			})
		case "resourceSpans", "resourceLogs", "resourceProfiles":
			if !known {
				known = true
				return errNotMetrics
			}
		}
		return r.skip()
	})
	if errors.Is(err, errNotMetrics) {
		return nil, true, nil
	}
	if err == nil {
		err = r.end()
	}
	isEmptyExport := fields == 0
	return resources, known || isEmptyExport, err
}

func decodeResource(r *jsonReader) (resourceMetrics, error) {
	var out resourceMetrics
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "resource":
			return r.object(func(key []byte) (err error) {
				if string(key) != "attributes" {
					return r.skip()
				}
				out.attributes, err = decodeAttributes(r)
				return err
			})
		case "scopeMetrics":
			return r.array(func() error {
				return r.object(func(key []byte) error {
					if string(key) != "metrics" {
						return r.skip()
					}
					return r.array(func() error {
						one, err := decodeMetric(r)
						out.metrics = append(out.metrics, one)
						return err
					})
				})
			})
		}
		return r.skip()
	})
	return out, err
}

func decodeMetric(r *jsonReader) (metric, error) {
	var out metric
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "name":
			out.name, err = r.text()
		case "unit":
			out.unit, err = r.text()
		case "gauge", "sum", "histogram", "exponentialHistogram", "summary":
			if r.peek() == 'n' {
				return r.skip()
			}
			out.kind = metricKind(key)
			err = decodeData(r, &out)
		default:
			err = r.skip()
		}
		return err
	})
	return out, err
}

func decodeData(r *jsonReader, out *metric) error {
	return r.object(func(key []byte) (err error) {
		switch string(key) {
		case "aggregationTemporality":
			out.temporality, err = decodeTemporality(r)
		case "isMonotonic":
			out.monotonic, err = r.boolean()
		case "dataPoints":
			err = r.array(func() error {
				point, err := decodePoint(r)
				out.points = append(out.points, point)
				return err
			})
		default:
			err = r.skip()
		}
		return err
	})
}

func decodeTemporality(r *jsonReader) (temporality, error) {
	word, _, err := r.number()
	switch string(word) {
	case "1", "AGGREGATION_TEMPORALITY_DELTA":
		return temporalityDelta, err
	case "2", "AGGREGATION_TEMPORALITY_CUMULATIVE":
		return temporalityCumulative, err
	}
	return temporalityUnspecified, err
}

// flagNoRecordedValue is DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK.
const flagNoRecordedValue = 1

func decodePoint(r *jsonReader) (dataPoint, error) {
	var out dataPoint
	err := r.object(func(key []byte) (err error) {
		switch string(key) {
		case "attributes":
			out.attributes, err = decodeAttributes(r)
		case "startTimeUnixNano":
			out.start, _, err = out.milliseconds(r, "startTimeUnixNano")
		case "timeUnixNano":
			out.time, out.hasTime, err = out.milliseconds(r, "timeUnixNano")
		case "flags":
			var flags uint64
			flags, _, err = out.unsigned(r, "flags")
			out.noValue = flags&flagNoRecordedValue != 0
		case "asDouble":
			out.value, err = out.double(r, "asDouble")
			out.hasValue = true
		case "asInt":
			out.value, out.hasValue, err = out.signed(r, "asInt")
		case "count":
			out.count, _, err = out.unsigned(r, "count")
		case "sum":
			out.sum, err = out.double(r, "sum")
			out.hasSum = true
		case "bucketCounts":
			out.bucketCounts, err = out.counts(r)
		case "explicitBounds":
			err = r.array(func() error {
				bound, err := out.double(r, "explicitBounds")
				out.bounds = append(out.bounds, bound)
				return err
			})
		default:
			err = out.exponentialField(r, string(key))
		}
		return err
	})
	return out, err
}

func (p *dataPoint) exponentialField(r *jsonReader, key string) (err error) {
	switch key {
	case "scale":
		p.exponentialPart().scale, err = p.int32(r, key)
	case "zeroCount":
		p.exponentialPart().zeroCount, _, err = p.unsigned(r, key)
	case "positive":
		err = p.buckets(r, &p.exponentialPart().positive)
	case "negative":
		err = p.buckets(r, &p.exponentialPart().negative)
	default:
		err = r.skip()
	}
	return err
}

func (p *dataPoint) buckets(r *jsonReader, into *exponentialBuckets) error {
	return r.object(func(key []byte) (err error) {
		switch string(key) {
		case "offset":
			into.offset, err = p.int32(r, "offset")
		case "bucketCounts":
			into.counts, err = p.counts(r)
		default:
			err = r.skip()
		}
		return err
	})
}

func (p *dataPoint) counts(r *jsonReader) (out []uint64, err error) {
	err = r.array(func() error {
		n, _, err := p.unsigned(r, "bucketCounts")
		out = append(out, n)
		return err
	})
	return out, err
}

func (p *dataPoint) int32(r *jsonReader, field string) (int32, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return 0, err
	}
	value, failure := strconv.ParseFloat(string(digits), 64) // which holds every 32-bit integer exactly
	if failure != nil || value != math.Trunc(value) || value < math.MinInt32 || value > math.MaxInt32 {
		p.spoil(field, digits, "a 32-bit integer")
		return 0, nil
	}
	return int32(value), nil
}

func (p *dataPoint) spoil(field string, digits []byte, want string) {
	if p.broken == "" {
		p.broken = fmt.Sprintf("%s is %q, not %s", field, digits, want)
	}
}

func (p *dataPoint) milliseconds(r *jsonReader, field string) (ms int64, present bool, err error) {
	nanos, present, err := p.unsigned(r, field)
	return int64(nanos / 1_000_000), present, err
}

func (p *dataPoint) unsigned(r *jsonReader, field string) (uint64, bool, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return 0, false, err
	}
	value, failure := strconv.ParseUint(string(digits), 10, 64)
	if failure == nil {
		return value, true, nil
	}
	// Writers that keep 64-bit numbers in doubles print large ones as 1.7e+18.
	float, failure := strconv.ParseFloat(string(digits), 64)
	if failure != nil || float < 0 || float >= math.MaxUint64 || float != math.Trunc(float) {
		p.spoil(field, digits, "an unsigned 64-bit integer")
		return 0, false, nil
	}
	return uint64(float), true, nil
}

func (p *dataPoint) signed(r *jsonReader, field string) (float64, bool, error) {
	digits, isNull, err := r.number()
	if err != nil || isNull {
		return 0, false, err
	}
	if value, failure := strconv.ParseInt(string(digits), 10, 64); failure == nil {
		return float64(value), true, nil
	}
	value, failure := strconv.ParseFloat(string(digits), 64)
	if failure != nil || value != math.Trunc(value) || math.Abs(value) >= 1<<63 {
		p.spoil(field, digits, "a 64-bit integer")
		return 0, false, nil
	}
	return value, true, nil
}

// double reads null as NaN: JSON.stringify writes null for NaN and both infinities, and which it was is lost.
func (p *dataPoint) double(r *jsonReader, field string) (float64, error) {
	digits, isNull, err := r.number()
	if err != nil {
		return 0, err
	}
	if isNull {
		return math.NaN(), nil
	}
	switch string(digits) {
	case "NaN":
		return math.NaN(), nil
	case "Infinity":
		return math.Inf(1), nil
	case "-Infinity":
		return math.Inf(-1), nil
	}
	value, failure := strconv.ParseFloat(string(digits), 64)
	if failure != nil {
		p.spoil(field, digits, "a number")
	}
	return value, nil
}
