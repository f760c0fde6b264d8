import { PROPERTIES } from './properties/index.ts';
import { batchSchema } from './worker-process.ts';

/** A process of `npm run explore`: searches each batch that it is sent, and ends with its parent. */
process.on('message', (message) => {
  const { property: name, seed, timeLimitMs } = batchSchema.parse(message);
  const property = PROPERTIES.find((one) => one.name === name);
  if (property === undefined) throw new Error(`there is no property ${name}`);
  process.send?.(seed === null ? property.replay() : property.search(seed, timeLimitMs));
});
process.on('disconnect', () => process.exit());
// What Ctrl-C asks for, the parent does.
process.on('SIGINT', () => undefined);
