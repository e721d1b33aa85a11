// What the examples of the pages meet: hosts that they name and that do not exist answer, and a server that listens to a
// port of the page's takes a free one and holds no process.
import { Server } from 'node:net'
import { MockAgent, setGlobalDispatcher } from 'undici'

const agent = new MockAgent()
agent.enableNetConnect(/^127\.0\.0\.1:/u)
const named = agent.get((origin) => /example\.(?:org|net|com)$/u.test(origin))
named
  .intercept({ path: () => true, method: () => true })
  .reply(200, { title: 'a work' }, { headers: { 'content-type': 'application/json' } })
  .persist()
setGlobalDispatcher(agent)

const listen = Reflect.get(Server.prototype, 'listen')
Server.prototype.listen = function (port, ...rest) {
  const listening = Reflect.apply(listen, this, [0, ...rest])
  return port === 0 ? listening : listening.unref()
}
