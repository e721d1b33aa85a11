/** A rule file of Prometheus, as data. */
export interface RuleFile {
  /** What stands above the groups, a line each. */
  readonly header: readonly string[]
  readonly groups: readonly RuleGroup[]
}

export interface RuleGroup {
  readonly name: string
  /** How often the group is evaluated; absent: as the server is set. */
  readonly interval?: string
  /** What a reader should know, a line each. */
  readonly comments: readonly string[]
  readonly rules: readonly Rule[]
}

export type Rule = RecordingRule | AlertingRule

export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

export interface AlertingRule {
  readonly alert: string
  readonly expr: string
  /** How long it must hold; absent: at once. */
  readonly for?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}
