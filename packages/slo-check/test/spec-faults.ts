import { SloCheckError, parseSpecs, type SpecFile } from '@plimsoll/slo-check'

/** The faults of spec files, as the command line prints them; none when they are valid. */
export function faultsOf(files: readonly SpecFile[]): string[] {
  try {
    parseSpecs(files)
    return []
  } catch (error) {
    if (!(error instanceof SloCheckError)) throw error
    return error.issues.map(
      ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
    )
  }
}
