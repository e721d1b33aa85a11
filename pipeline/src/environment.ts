export type Environment = Readonly<Record<string, string | undefined>>

/** A variable that is empty counts as not set, as the OpenTelemetry specification has it. */
export function set(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
