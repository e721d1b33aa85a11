// The only CommonJS file: `-r` and `--import` both load it on every Node, so that one too old is told so, and goes on.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 19)) {
  require('./preload.js')
} else {
  process.stderr.write(
    `plimsoll: Node ${process.versions.node} is too old to be measured (22.19 or later is needed); the program runs as it is\n`,
  )
}
