package main

import (
	"math"
	"slices"
	"strconv"
)

type problemKind string

const (
	problemCorrupt   problemKind = "corrupt-json"
	problemTruncated problemKind = "truncated-line"
	problemForeign   problemKind = "foreign-line"
	problemMalformed problemKind = "malformed-metric"
	problemDelta     problemKind = "delta-temporality"
	problemType      problemKind = "unsupported-type"
	problemBuckets   problemKind = "bucket-mismatch"
	problemLabels    problemKind = "label-collision"
	problemMetrics   problemKind = "metric-collision"
	problemConflict  problemKind = "conflicting-sample"
)

type problem struct {
	File    string      `json:"file"`
	Line    int         `json:"line"`
	Kind    problemKind `json:"kind"`
	Message string      `json:"message"`
}

// loadReport is what one load tells; its JSON is the TypeScript LoadReport.
type loadReport struct {
	Lines          int       `json:"lines"`
	IgnoredLines   int       `json:"ignoredLines"`
	LostLines      int       `json:"lostLines"`
	Instances      int       `json:"instances"`
	LeftOut        []string  `json:"leftOut"`
	Points         int       `json:"points"`
	Series         int       `json:"series"`
	Samples        int       `json:"samples"`
	Problems       []problem `json:"problems"`
	ProblemCount   int       `json:"problemCount"`
	AdjustedStarts int       `json:"adjustedStarts"`
	MinTime        *float64  `json:"minTime"`
	MaxTime        *float64  `json:"maxTime"`
}

const maxListedProblems = 100

func (l *loader) problem(kind problemKind, message string) {
	l.problemAt(origin{file: int32(len(l.files) - 1), line: int32(l.line)}, kind, message)
}

func (l *loader) problemAt(at origin, kind problemKind, message string) {
	l.report.ProblemCount++
	if len(l.report.Problems) < maxListedProblems {
		l.report.Problems = append(l.report.Problems, problem{l.files[at.file], int(at.line), kind, message})
	}
}

// leftOut remembers that a metric has points that were not read: what is counted of it may be too little.
func (l *loader) leftOut(name string) {
	if !slices.Contains(l.report.LeftOut, name) {
		l.report.LeftOut = append(l.report.LeftOut, name)
	}
}

func (r *loadReport) see(milliseconds int64) {
	seconds := float64(milliseconds) / 1000
	if r.MinTime == nil {
		r.MinTime, r.MaxTime = &seconds, &seconds
		return
	}
	if seconds < *r.MinTime {
		r.MinTime = &seconds
	}
	if seconds > *r.MaxTime {
		r.MaxTime = &seconds
	}
}

func secondsText(milliseconds int64) string {
	return strconv.FormatFloat(float64(milliseconds)/1000, 'f', -1, 64)
}

// floatText writes a value as Prometheus's HTTP API does.
func floatText(value float64) string {
	format := byte('f')
	if size := math.Abs(value); size != 0 && (size < 1e-6 || size >= 1e21) {
		format = 'e'
	}
	return strconv.FormatFloat(value, format, -1, 64)
}
