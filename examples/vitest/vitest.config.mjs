// Workers of every pool get the preload by NODE_OPTIONS; nothing is to be configured for it.
export default { test: { include: ['*.spec.mjs'] } }
