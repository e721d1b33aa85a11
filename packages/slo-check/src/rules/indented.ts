/** Text two columns further to the right. */
export function indented(text: string): string {
  return text.replaceAll(/^/gmu, '  ')
}
