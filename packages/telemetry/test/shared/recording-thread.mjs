// Records what it is told into shared cells, says so, and waits for its end.
import { parentPort, threadId, workerData } from 'node:worker_threads'
import { createCells, createLedger, sharedPlaces } from '@plimsoll/telemetry'

const ledger = createLedger(workerData.arena, threadId, () => {
  throw new Error('the arena is full')
})
const clock = { now: () => 0, epoch: () => workerData.epochMs, sleep: () => Promise.reject() }
const cells = createCells({ clock, places: sharedPlaces(ledger) })
const meter = cells.meterProvider.getMeter('app', '1.2.3')
const makers = {
  counter: () => meter.createCounter('counter'),
  sum: () => meter.createUpDownCounter('sum', { unit: 's' }),
  gauge: () => meter.createGauge('gauge'),
  histogram: () => meter.createHistogram('histogram'),
}
const instruments = Object.fromEntries(Object.keys(makers).map((kind) => [kind, makers[kind]()]))
for (const { kind, labels, value } of workerData.records) {
  const instrument = instruments[kind]
  if (instrument.add) instrument.add(value, labels)
  else instrument.record(value, labels)
}
// The second argument is for a rule that takes a thread for a window.
parentPort.postMessage('recorded', [])
if (workerData.busy) for (;;);
setInterval(() => {}, 1000)
