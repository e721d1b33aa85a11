import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INSTRUMENTS } from '@plimsoll/semconv'
import { createArena, createCells, createLedger, ownersIn } from '@plimsoll/telemetry'
import { openEstate, type Estate } from '../../src/ending/estate.ts'
import { createHeir, NOTHING, type Heir } from '../../src/ending/settlement.ts'
import type { Outlet, Request } from '../../src/pipeline/outlet.ts'
import { processClock } from '../../src/process-clock.ts'

const MAIN = 0
const PARENT = 4
const THREAD = 5
/** Not a file: what is written comes back to the test. */
const DESTINATION = 'collector'

interface Scene {
  readonly estate: Estate
  readonly heir: Heir
  /** The heir of another thread, of which `send` takes what it writes. */
  readonly heirOf: (thread: number, send: (request: Request) => void) => Heir
  readonly arena: SharedArrayBuffer
  /** Requests that the heir wrote. */
  readonly written: Request[]
}

function scene(): Scene {
  const arena = createArena(4)
  const ledger = createLedger(arena, THREAD, () => {})
  const destinations = { metrics: DESTINATION, logs: DESTINATION }
  const who = {
    instance: 'worker',
    parent: PARENT,
    attributes: { 'service.instance.id': 'worker' },
    destinations,
    folder: '/nowhere',
    maxBytes: 1,
  }
  const estate = openEstate(ledger, who, processClock)
  if (estate === undefined) throw new Error('an empty arena has room')
  const written: Request[] = []
  const fail = (what: unknown): never => {
    throw new Error(String(what))
  }
  const heirOf: Scene['heirOf'] = (thread, send) => {
    const outlet: Outlet = {
      send,
      wantsMetrics: () => true,
      countLosses: () => {},
      finish: () => {},
    }
    return createHeir({
      arena,
      thread,
      runId: 'run',
      routes: { metrics: { outlet, format: 'json' }, logs: { outlet, format: 'json' } },
      destinations,
      warning: fail,
      loss: fail,
      fault: fail,
      tell: fail,
    })
  }
  const heir = heirOf(MAIN, (request) => written.push(request))
  return { estate, heir, heirOf, arena, written }
}

type Step = 'write' | 'settle live' | 'end' | 'settle dead'
const steps = fc.array(fc.constantFrom<Step[]>('write', 'settle live', 'end', 'settle dead'), {
  maxLength: 12,
})

describe('between a thread and who writes its end', () => {
  test('exactly one writes it, and after that the thread writes nothing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { estate, heir, arena, written } = scene()
        let [over, settled, ran, taken] = [false, false, 0, 0]
        let mayRun = 0
        for (const step of all) {
          if (step === 'write') {
            mayRun += over ? 0 : 1
            estate.write(() => {
              ran += 1
              // It is writing: nobody who thinks that it lives takes its place.
              if (heir.settleLive(THREAD) !== undefined) taken += 1
            })
            continue
          }
          if (step === 'end') estate.ended()
          else if (step === 'settle live') heir.settleLive(THREAD)
          else heir.settleDead(THREAD)
          settled ||= !over && step !== 'end'
          over = true
          // A thread that is gone does nothing more.
          if (step === 'settle dead') break
        }
        const markers = written.filter(({ body }) =>
          Buffer.from(body).includes(INSTRUMENTS.runEndTime.name),
        )
        expect({ ran, taken, markers: markers.length }).toEqual({
          ran: mayRun,
          taken: 0,
          markers: settled ? 1 : 0,
        })
        expect(written.every(({ of, final }) => of === 'worker' && !final)).toBe(true)
        expect(ownersIn(arena)).toEqual(all.includes('settle dead') ? [] : [THREAD])
      }),
      { numRuns: 500 },
    )
  })

  test('a thread that dies in the middle of a write is settled all the same', () => {
    const { estate, heir, written } = scene()

    estate.write(() => heir.settleDead(THREAD))

    expect(written.map(({ signal }) => signal)).toEqual(['logs', 'metrics'])
  })

  test('while one writes the end of a thread that is gone, nobody else does', () => {
    const { heir, heirOf, arena, written } = scene()
    const ofMain: unknown[] = []
    const parent = heirOf(PARENT, (request) => {
      written.push(request)
      ofMain.push(heir.settleDead(THREAD).lost, heir.settleLive(THREAD))
    })

    parent.settleDead(THREAD)

    expect(written.map(({ signal }) => signal)).toEqual(['logs', 'metrics'])
    expect(ofMain).toEqual(Array.from({ length: 4 }, () => NOTHING))
    expect(ownersIn(arena)).toEqual([])
  })

  test('the end of a thread whose writer dies over it is written with that of the writer', () => {
    const { heir, heirOf, arena, written } = scene()
    const parent = heirOf(PARENT, () => {
      throw new Error('terminated')
    })

    expect(() => parent.settleDead(THREAD)).toThrow('terminated')
    heir.settleDead(PARENT)

    expect(written.map(({ signal }) => signal)).toEqual(['logs', 'metrics'])
    expect(ownersIn(arena)).toEqual([])
  })

  test('what it held and did not write is lost, and counted in its metrics', () => {
    const { estate, heir, written } = scene()
    const cells = createCells({ places: estate.places })
    cells.measures.bind('cacheLookups', {}).record(3)
    estate.holds('logs', 5)
    estate.holds('logs', -2)
    estate.holds('traces', 7)

    const { lost } = heir.settleDead(THREAD)

    expect(lost).toEqual({ logs: 3, traces: 7 })
    const metrics = Buffer.from(
      written.find(({ signal }) => signal === 'metrics')?.body ?? [],
    ).toString()
    expect(metrics).toContain('"terminated"')
    expect(metrics).toContain(INSTRUMENTS.cacheLookups.name)
  })
})
