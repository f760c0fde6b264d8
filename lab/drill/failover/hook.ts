/** A hook of the drill: asks the drill's process to do what the URL names. Exits as Tidemark expects of a hook. */
const [url = ''] = process.argv.slice(2);
const response = await fetch(url, { method: 'POST' });
const text = await response.text();
if (text !== '') process.stderr.write(`${text}\n`);
process.exit(response.ok ? 0 : response.status === 409 ? 1 : 2);
