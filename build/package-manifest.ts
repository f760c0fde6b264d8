/** Fields of the checkout's package.json that hold for the package as well. */
const KEPT = ['name', 'version', 'description', 'license', 'private', 'type', 'bin', 'files'] as const;
/** What `bin/tidemark.js` asks for: the checkout allows older ones, because `npm ci` brings a Node along. */
const ENGINES = { node: '^22.18.0 || >=23.6.0' };

/**
 * The package's own package.json: without dependencies, because they are in the compiled code, and without scripts. So
 * installing it needs no network and runs nothing.
 */
export function packageManifest(checkout: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = KEPT.flatMap((key) => (checkout[key] === undefined ? [] : [[key, checkout[key]] as const]));
  return { ...Object.fromEntries(kept), engines: ENGINES };
}
