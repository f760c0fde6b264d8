import { DONE, NOT_IN_EFFECT } from './hook-status.ts';

/** A hook of the drill: asks the drill's process to do what the URL names. Exits as Tidemark expects of a hook. */
const [url = ''] = process.argv.slice(2);
const response = await fetch(url, { method: 'POST' });
const text = await response.text();
if (text !== '') process.stderr.write(`${text}\n`);
process.exit(response.status === DONE ? 0 : response.status === NOT_IN_EFFECT ? 1 : 2);
