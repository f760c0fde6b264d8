import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** Files in which a line gives a setting, comments included: a password in a comment is deployed as well. */
const SETTINGS_FILES: ReadonlySet<string> = new Set([
  '.properties',
  '.conf',
  '.cfg',
  '.config',
  '.ini',
  '.jaas',
  '.txt',
]);
/** `ssl.key.password=…`, `clientSecret="…"`: names of secrets with their values. */
const NAMED =
  /(?:password|passwd|passphrase|secret|token|credentials?)["']?\s*[=:]\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;]*)/gi;
/** No value, or a reference that Kafka's config providers resolve. */
const NO_SECRET = /^(?:|""|''|["']?\$\{[^}]+\}["']?)$/;
/** A login module with a password, in a file of any kind. */
const JAAS =
  /LoginModule\s+(?:required|requisite|sufficient|optional)\b[^;]*?(?:password|secret)\s*=\s*["']?(?!\$\{)[^\s"';]/i;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;
/** How AWS's own access keys begin (IAM User Guide, unique identifiers). */
const ACCESS_KEY = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/;
const KEY_STORE = /\.(?:p12|pfx|jks|keystore)$/i;
const DOT_ENV = /^\.(?:env(?:\..*)?|netrc|pgpass)$/i;

/**
 * Places in a folder that look like secrets in plain text: `mm2.properties:12 (password)`. All files of the configuration
 * folder are deployed, also those that no configuration names, and settings that another file overrides. No value is in the
 * result.
 * @param folder every file in it is read
 */
export function secretsInFolder(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return files.flatMap((file) => (statSync(join(folder, file)).isFile() ? placesIn(folder, file) : []));
}

function placesIn(folder: string, file: string): readonly string[] {
  const name = basename(file);
  if (DOT_ENV.test(name)) return [`${file} (a file of secrets)`];
  // Nobody can look into a key store without its password. One that is only trusted has no secrets.
  if (KEY_STORE.test(name) && !/trust/i.test(name)) return [`${file} (a key store)`];
  const text = readFileSync(join(folder, file), 'latin1');
  if (PRIVATE_KEY.test(text)) return [`${file} (a private key)`];
  if (ACCESS_KEY.test(text)) return [`${file} (an access key of AWS)`];
  const named = SETTINGS_FILES.has(extname(name).toLowerCase()) ? namedSecrets(text) : [];
  if (named.length > 0) return named.map((line) => `${file}:${line} (a password or the like)`);
  return JAAS.test(text) ? [`${file} (a login with its password)`] : [];
}

/** Lines, from 1. */
function namedSecrets(text: string): readonly number[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const values = [...line.matchAll(NAMED)].map(([, value = '']) => value);
    return values.some((value) => !NO_SECRET.test(value)) ? [index + 1] : [];
  });
}
