package main

// The part of OTLP's metrics that becomes Prometheus series; names follow opentelemetry-proto.

type resourceMetrics struct {
	attributes []attribute
	metrics    []metric
}

type attribute struct {
	key, value string
}

type metricKind string

const (
	kindNone                 metricKind = ""
	kindGauge                metricKind = "gauge"
	kindSum                  metricKind = "sum"
	kindHistogram            metricKind = "histogram"
	kindExponentialHistogram metricKind = "exponentialHistogram"
	kindSummary              metricKind = "summary"
)

type temporality int

const (
	temporalityUnspecified temporality = 0
	temporalityDelta       temporality = 1
	temporalityCumulative  temporality = 2
)

type metric struct {
	name, unit  string
	kind        metricKind
	temporality temporality
	monotonic   bool
	points      []dataPoint
}

// dataPoint is a number, a histogram or an exponential histogram; what a kind does not have stays zero.
type dataPoint struct {
	attributes  []attribute
	start, time int64 // milliseconds
	hasTime     bool
	noValue     bool // the NoRecordedValue flag
	// broken says why the point cannot be used; its line and its other points can.
	broken string

	hasValue bool
	value    float64

	count        uint64
	hasSum       bool
	sum          float64
	bucketCounts []uint64
	bounds       []float64
	exponential  *exponential // nil when the point has no such field
}
