import { scriptOptions } from '../../script-options.ts';
import { playTune, VALUE_BYTES } from './play-tune.ts';

const LEAST_GAIN = 2;

/**
 * `npm run drill:tune`: a real mirror on Kafka Connect behind a slow link, held back by Kafka's default batches. What
 * `tidemark tune` prints is set as printed. How fast the mirror is before and after, Kafka's own AdminClient counts on the
 * target. Then the mirror has caught up, and needs nothing. Exits 1 unless it is at least twice as fast, and the second advice is none.
 */
const options = scriptOptions({
  name: 'drill:tune',
  does: 'Slows a real mirror down, applies what `tidemark tune` advises, and measures again. Takes some ten minutes.',
  options: {
    seconds: { type: 'string', value: 'N', default: '60', says: 'how long each measurement takes' },
    records: {
      type: 'string',
      value: 'N',
      default: '300000',
      says: `records of ${VALUE_BYTES} bytes that wait at the begin`,
    },
  },
});
const { before, after, needed, healthy } = await playTune(Number(options.seconds), Number(options.records));
const gain = after / before;
process.stdout.write(`ADVICE needed=${needed} healthy=${healthy.changes} pace=${healthy.pace}\n`);
process.stdout.write(`TUNE before_rps=${Math.round(before)} after_rps=${Math.round(after)} gain=${gain.toFixed(1)}\n`);
process.exit(gain >= LEAST_GAIN && healthy.pace === 'keeps-up' && healthy.changes === 0 ? 0 : 1);
