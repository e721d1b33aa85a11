// An ordinary script: it knows nothing of Plimsoll. Run it as it is, or under the preload (see ../README.md).
const { createServer } = require('node:http')

const pages = { '/a': 'apples', '/b': 'bananas', '/c': 'cherries' }
const server = createServer((request, response) => {
  const text = pages[request.url]
  response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/plain' })
  response.end(text ?? 'nothing here')
})

async function main() {
  const { port } = server.address()
  for (const path of Object.keys(pages)) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    console.log(path, response.status, await response.text())
  }
  server.closeAllConnections()
  server.close()
}

server.listen(0, '127.0.0.1', () => void main())
