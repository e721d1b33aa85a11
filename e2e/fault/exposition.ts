/** Sum of all series whose metric has such a name, in a page of Prometheus's text format. */
export function counterTotal(page: string, name: RegExp): number {
  return page
    .split('\n')
    .filter((line) => name.test(/^\w+/u.exec(line)?.[0] ?? ''))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)))
    .reduce((sum, value) => sum + value, 0)
}
