import type { SecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import { loadTidemarkYaml } from '../../shared/config/yaml/tidemark-yaml.ts';

/**
 * Stands for a secret that this step does not need and may not read. It looks like PEM, so that it passes for a
 * certificate or key. No cluster accepts it.
 */
const WITHHELD = '-----BEGIN WITHHELD-----';

export interface ConfigSourceOptions {
  readonly file: string;
  readonly secrets: ReadonlyMap<string, SecretLocation>;
  readonly withheldSecrets: readonly string[];
  readonly lookup: SecretLookup;
  /** The function's own variables, to which the configuration may also refer. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Loads tidemark.yaml with the secrets that this function may read. The values never become environment variables. */
export function createConfigSource({ file, secrets, withheldSecrets, lookup, variables }: ConfigSourceOptions) {
  return async ({ writers }: { readonly writers: boolean }): Promise<TidemarkConfig> => {
    const values = await lookup.resolve(secrets);
    const revealed = Object.fromEntries([...values].map(([name, secret]) => [name, secret.reveal()]));
    const withheld = Object.fromEntries(withheldSecrets.map((name) => [name, WITHHELD]));
    return loadTidemarkYaml(file, { ...variables, ...withheld, ...revealed }, { writers }).config;
  };
}
