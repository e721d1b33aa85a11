import type { Signal } from '@plimsoll/semconv'
import protobuf from 'protobufjs'

/** What tests read of OTLP, with the field numbers of opentelemetry-proto 1.x. A decoder steps over all other fields. */
const SCHEMA = `
syntax = "proto3";

message Metrics { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message ScopeMetrics { repeated Metric metrics = 2; }
message Metric {
  string name = 1;
  oneof data { Numbers gauge = 5; Numbers sum = 7; Histogram histogram = 9; }
}
message Numbers { repeated NumberDataPoint data_points = 1; }
message NumberDataPoint {
  fixed64 time_unix_nano = 3;
  repeated KeyValue attributes = 7;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
}
message Histogram { repeated HistogramDataPoint data_points = 1; }
message HistogramDataPoint {
  fixed64 time_unix_nano = 3;
  repeated KeyValue attributes = 9;
  fixed64 count = 4;
}

message Logs { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
message ScopeLogs { repeated LogRecord log_records = 2; }
message LogRecord { repeated KeyValue attributes = 6; string event_name = 12; }

message Traces { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { repeated Span spans = 2; }
message Span { string name = 5; repeated KeyValue attributes = 9; }

message Resource { repeated KeyValue attributes = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}
`

const { root } = protobuf.parse(SCHEMA)
const TYPES: Readonly<Record<Signal, protobuf.Type>> = {
  metrics: root.lookupType('Metrics'),
  logs: root.lookupType('Logs'),
  traces: root.lookupType('Traces'),
}

/** A request in protobuf as its JSON would read. */
export function decodeOtlp(signal: Signal, body: Uint8Array): object {
  const type = TYPES[signal]
  return type.toObject(type.decode(body), { longs: Number, arrays: true })
}
