export async function fetchPage(url) {
  return (await fetch(url)).text()
}
