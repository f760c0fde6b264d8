import { TidemarkError } from '../shared/domain/model/errors.ts';
import { tellStory } from './demo/story.ts';

/** `npm start`: shows Tidemark on real clusters in about a minute. Exits 0 if every bound held. */
const started = Date.now();
const progress = (line: string): void => {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(3);
  process.stderr.write(`${seconds} s  ${line}\n`);
};
process.on('SIGINT', () => process.exit(130));
try {
  const held = await tellStory(progress, (text) => void process.stdout.write(`${text}\n`));
  process.exitCode = held ? 0 : 1;
} catch (error) {
  if (!(error instanceof TidemarkError)) throw error;
  process.stderr.write(`${error.message}\n${error.remedy === null ? '' : `  → ${error.remedy}\n`}`);
  process.exitCode = 3;
}
