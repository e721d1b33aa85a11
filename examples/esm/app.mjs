// An ES module with top-level await that asks in four ways. `node -r @plimsoll/register app.mjs` needs no loader flag: nothing
// is patched; the global fetch is wrapped, and the others are heard by diagnostics channels.
import { createServer, get } from 'node:http'
import { request } from 'undici'

const pages = { '/a': 'apples', '/b': 'bananas', '/c': 'cherries' }
const server = createServer((request, response) => {
  const text = pages[request.url]
  response.statusCode = text === undefined ? 404 : 200
  response.end(text ?? 'nothing here')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${server.address().port}`

const response = await fetch(`${base}/a`)
console.log('fetch', response.status, await response.text())

const { statusCode, body } = await request(`${base}/b`)
console.log('undici', statusCode, await body.text())

const status = await new Promise((resolve, reject) => {
  const sent = get(`${base}/c`, (answer) => {
    answer.resume().on('end', () => resolve(answer.statusCode))
  })
  sent.on('error', reject)
})
console.log('node:http', status)

// What a module loads later is heard as well.
const { fetchPage } = await import('./page.mjs')
console.log('import()', await fetchPage(`${base}/a`))

server.closeAllConnections()
server.close()
