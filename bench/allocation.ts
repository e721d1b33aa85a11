import { GCProfiler } from 'node:v8'

/**
 * Starts to count the bytes that are allocated on the JavaScript heap of this thread; the function it returns ends the
 * count and tells it. What a garbage collection freed is added again, since each tells the heap before and after. That
 * repeats to about 1 %, which the resident set does not. Memory outside the heap (bodies of buffers) is not in it.
 */
export function countAllocation(): () => number {
  const profiler = new GCProfiler()
  profiler.start()
  const start = process.memoryUsage().heapUsed
  return () => {
    const end = process.memoryUsage().heapUsed
    const freed = profiler
      .stop()
      .statistics.reduce(
        (sum, { beforeGC, afterGC }) =>
          sum + beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
        0,
      )
    return end - start + freed
  }
}
