/**
 * Metrics that others emit and the Pipeline dashboard reads, as the programs of this repository's pipeline expose them:
 * the Collector 0.155 (whose names have neither `_total` nor unit by default) and Prometheus 3.15.
 */
export const COLLECTOR = {
  accepted: 'otelcol_receiver_accepted_',
  refused: 'otelcol_receiver_refused_',
  failed: 'otelcol_receiver_failed_',
  sent: 'otelcol_exporter_sent_',
  sendFailed: 'otelcol_exporter_send_failed_',
  enqueueFailed: 'otelcol_exporter_enqueue_failed_',
  queueSize: 'otelcol_exporter_queue_size',
  queueCapacity: 'otelcol_exporter_queue_capacity',
  memory: 'otelcol_process_memory_rss',
  uptime: 'otelcol_process_uptime',
} as const

/** What the Collector counts of each signal. */
export const COLLECTOR_ITEMS = {
  metrics: 'metric_points',
  traces: 'spans',
  logs: 'log_records',
} as const

export const PROMETHEUS = {
  appended: 'prometheus_tsdb_head_samples_appended_total',
  outOfOrder: 'prometheus_tsdb_out_of_order_samples_total',
  tooOld: 'prometheus_tsdb_too_old_samples_total',
  headSeries: 'prometheus_tsdb_head_series',
  requests: 'prometheus_http_requests_total',
  ruleFailures: 'prometheus_rule_evaluation_failures_total',
  ruleSeconds: 'prometheus_rule_group_last_duration_seconds',
  ruleInterval: 'prometheus_rule_group_interval_seconds',
  alerts: 'ALERTS',
  alertsSince: 'ALERTS_FOR_STATE',
} as const

/** The path at which Prometheus receives OTLP, as its `handler` label has it. */
export const OTLP_HANDLER = '/api/v1/otlp/v1/metrics'
