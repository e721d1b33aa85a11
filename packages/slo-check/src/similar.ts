/** The candidates that a mistyped word may have meant, nearest first. */
export function similarWords(word: string, candidates: Iterable<string>, limit = 1): string[] {
  return ranked(candidates, (candidate) => {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    return 1 - distance / Math.max(word.length, candidate.length, 1)
  })
    .filter(({ score }) => score >= 0.55)
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}

/** The same for long names of words joined by `_`, which share words more than letters. */
export function similarNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
  const words = new Set(name.split('_'))
  return ranked(candidates, (candidate) => {
    const others = new Set(candidate.split('_'))
    const shared = [...words].filter((word) => others.has(word)).length
    const overlap = shared / (words.size + others.size - shared)
    const distance = editDistance(name, candidate) / Math.max(name.length, candidate.length, 1)
    return (overlap + 1 - distance) / 2
  })
    .filter(({ score }) => score >= 0.4)
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}

/** `; did you mean …?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const [nearest] = similarWords(word, candidates)
  return nearest === undefined ? '' : `; did you mean \`${nearest}\`?`
}

function ranked(
  candidates: Iterable<string>,
  scoreOf: (candidate: string) => number,
): { candidate: string; score: number }[] {
  return [...candidates]
    .map((candidate) => ({ candidate, score: scoreOf(candidate) }))
    .sort((a, b) => b.score - a.score || (a.candidate < b.candidate ? -1 : 1))
}

/** Levenshtein's distance, in one row. */
function editDistance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    let diagonal = row[0] ?? 0
    row[0] = i
    for (let j = 1; j <= b.length; j += 1) {
      const above = row[j] ?? 0
      const substitution = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(above + 1, (row[j - 1] ?? 0) + 1, substitution)
      diagonal = above
    }
  }
  return row[b.length] ?? 0
}
