import { fileURLToPath } from 'node:url'
import { PRELOAD } from '../node-process.ts'

/** A way to start a program. */
export interface Preload {
  readonly id: 'plain' | 'ours' | 'auto'
  readonly title: string
  /** Arguments of node. */
  readonly args: readonly string[]
}

export function preloads(peers: boolean): readonly Preload[] {
  return [
    { id: 'plain', title: '`node`', args: [] },
    { id: 'ours', title: '`node -r @plimsoll/register`', args: ['-r', PRELOAD] },
    ...(peers
      ? [
          {
            id: 'auto' as const,
            title: '`node -r @opentelemetry/auto-instrumentations-node/register`',
            args: [
              '-r',
              fileURLToPath(
                import.meta.resolve('@opentelemetry/auto-instrumentations-node/register'),
              ),
            ],
          },
        ]
      : []),
  ]
}
