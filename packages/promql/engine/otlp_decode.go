package main

import "errors"

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
