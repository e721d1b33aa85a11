export { check, type CheckOptions } from './check.ts'
export { systemClock, type Clock, type Limit } from './clock.ts'
export type { Counting } from './count/counted.ts'
export { SloCheckError, type Issue, type Place } from './error.ts'
export type { Step } from './query/ask.ts'
export { ANSI, PLAIN, type Colours } from './report/colours.ts'
export { renderExplain } from './report/explain.ts'
export { renderJson } from './report/json.ts'
export type { ObjectiveReport, Report } from './report/model.ts'
export { renderTable } from './report/table.ts'
export { renderRules } from './rules/render.ts'
export type { AlertingRule, RecordingRule, Rule, RuleFile, RuleGroup } from './rules/rule-file.ts'
export { sloRules, type SloRulesOptions } from './rules/slo-rules.ts'
export { serverAddress, type ServerAddress } from './server/address.ts'
export { createApi, type ApiOptions, type Credentials, type PrometheusApi } from './server/api.ts'
export { embeddedSource, type EmbeddedOptions, type TelemetryFile } from './source/embedded.ts'
export { planSource, planWindow, type Choice, type SourcePlan } from './source/plan.ts'
export { prometheusSource, type PrometheusOptions } from './source/prometheus.ts'
export { prometheusWindow, type PrometheusWindowOptions } from './source/prometheus-window.ts'
export type { Waiting } from './source/run-search.ts'
export type {
  Flaw,
  RunInfo,
  Scope,
  ServerDescription,
  Source,
  SourceDescription,
  WindowInfo,
} from './source/source.ts'
export type { WindowChoice } from './source/window.ts'
export { readTelemetryFiles } from './source/telemetry-files.ts'
export type {
  Comparison,
  NoDataRule,
  Objective,
  ObjectiveKind,
  SpecQuery,
  Specs,
} from './spec/model.ts'
export { parseSpecs, type SpecFile } from './spec/parse-specs.ts'
export { exitCodeOf, type Verdict } from './verdict.ts'
