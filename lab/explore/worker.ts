import { PROPERTIES } from './properties/index.ts';
import { batchSchema } from './worker-process.ts';

/** A worker process of `npm run explore`. It searches the batches that its parent sends, and exits with its parent. */
process.on('message', async (message) => {
  const { property: name, seed, timeLimitMs } = batchSchema.parse(message);
  const property = PROPERTIES.find((one) => one.name === name);
  if (property === undefined) throw new Error(`there is no property ${name}`);
  process.send?.(await (seed === null ? property.replay() : property.search(seed, timeLimitMs)));
});
process.on('disconnect', () => process.exit());
// The parent handles Ctrl-C.
process.on('SIGINT', () => undefined);
