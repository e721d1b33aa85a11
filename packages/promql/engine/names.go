package main

import (
	"fmt"

	"github.com/prometheus/otlptranslator"
)

// The namers as Prometheus's OTLP receiver configures them by default (UnderscoreEscapingWithSuffixes).
var (
	metricNamer = otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)
	labelNamer  = otlptranslator.LabelNamer{UnderscoreLabelSanitization: true, PreserveMultipleUnderscores: true}
)

var instrumentTypes = map[string]otlptranslator.MetricType{
	"counter":       otlptranslator.MetricTypeMonotonicCounter,
	"updowncounter": otlptranslator.MetricTypeNonMonotonicCounter,
	"gauge":         otlptranslator.MetricTypeGauge,
	"histogram":     otlptranslator.MetricTypeHistogram,
}

func metricName(name, unit, instrumentType string) (string, error) {
	kind, known := instrumentTypes[instrumentType]
	if !known {
		return "", fmt.Errorf("%q is no instrument type; one of counter, updowncounter, gauge, histogram is", instrumentType)
	}
	return metricNamer.Build(otlptranslator.Metric{Name: name, Unit: unit, Type: kind})
}

// labelNames remembers translations: a run has few attribute names and uses them on every point.
type labelNames map[string]string

func (l labelNames) of(attribute string) (string, error) {
	if name, known := l[attribute]; known {
		return name, nil
	}
	name, err := labelNamer.Build(attribute)
	if err != nil {
		return "", err
	}
	l[attribute] = name
	return name, nil
}
