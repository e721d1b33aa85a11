/** Does a piece of work should the process end before the function that is given back is called. */
export function atExit(work: () => void): () => void {
  process.once('exit', work)
  return () => void process.off('exit', work)
}
