#!/usr/bin/env node
// Exit 1 means a broken promise: a command that cannot even load must not give it.
try {
  await import('../dist/bin.js')
} catch (error) {
  const stack = process.argv.includes('--debug') ? `\n${error.stack}` : ''
  process.stderr.write(`slo-check: cannot start: ${error.message}${stack}\n`)
  process.exitCode = 2
}
