import { scriptOptions } from '../../script-options.ts';
import { playTune, VALUE_BYTES } from './play-tune.ts';

const LEAST_GAIN = 2;
/** The plan measures at nearly the same time as the drill. */
const PLAN_DIFFERENCE = 0.25;

/**
 * `npm run drill:tune`: a real mirror on Kafka Connect behind a slow link, held back by Kafka's default batches. What
 * `tidemark tune` prints is set as printed. How fast the mirror is before and after, Kafka's own AdminClient counts on the
 * target. Then the mirror has caught up, and needs nothing. Exits 1 unless it is at
 * least twice as fast, the second advice is none, and `tidemark plan-capacity` knows what the slow mirror can do.
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
const { before, after, planned, needed, healthy } = await playTune(Number(options.seconds), Number(options.records));
const gain = after / before;
const isPlanned = planned !== null && Math.abs(planned / before - 1) <= PLAN_DIFFERENCE;
process.stdout.write(`ADVICE needed=${needed} healthy=${healthy.changes} pace=${healthy.pace}\n`);
process.stdout.write(
  `CAPACITY planned_rps=${planned === null ? 'unknown' : Math.round(planned)} counted_rps=${Math.round(before)}\n`,
);
process.stdout.write(`TUNE before_rps=${Math.round(before)} after_rps=${Math.round(after)} gain=${gain.toFixed(1)}\n`);
process.exit(gain >= LEAST_GAIN && isPlanned && healthy.pace === 'keeps-up' && healthy.changes === 0 ? 0 : 1);
