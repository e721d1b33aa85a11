/** A fault of the pipeline that its user can do something about; the message says what. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError'
}
