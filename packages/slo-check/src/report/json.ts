import type { Report } from './model.ts'

/** The report for machines: `report.schema.json` describes it. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
