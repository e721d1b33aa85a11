export { buildBinaries, type Binaries } from './build.ts'
export type { Collector } from './collector.ts'
export { startPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts'
export { startServer, type Server } from './server.ts'
