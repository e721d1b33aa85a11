/** The module `name` beside the module at `url`, under the extension that this build has (`.ts` as source, `.js` as shipped). */
export function sibling(name: string, url: string): URL {
  return new URL(`./${name}${url.endsWith('.ts') ? '.ts' : '.js'}`, url)
}
