import type { SecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import type { ConfigWarning } from '../../shared/config/configuration-error.ts';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import { loadTidemarkYaml } from '../../shared/config/yaml/tidemark-yaml.ts';
import type { AuditDependencies } from './audit-and-publish.ts';

export interface ConfigSourceOptions {
  readonly file: string;
  readonly secrets: ReadonlyMap<string, SecretLocation>;
  readonly lookup: SecretLookup;
  /** The function's own variables, which the configuration may refer to as well. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Told once of everything that works, and probably not as its author thinks. */
  readonly warn: (warnings: readonly ConfigWarning[]) => void;
}

/**
 * Loads tidemark.yaml with the values of Secrets Manager in place of variables. They never become variables of the
 * process, where every library and crash report could read them.
 */
export function createConfigSource(options: ConfigSourceOptions): AuditDependencies['config'] {
  const { file, secrets, lookup, variables, warn } = options;
  let warned = false;
  return {
    async load({ signal }) {
      const values = await lookup.resolve(secrets, { signal });
      const revealed = Object.fromEntries([...values].map(([name, secret]) => [name, secret.reveal()]));
      const { config, warnings } = loadTidemarkYaml(file, { ...variables, ...revealed });
      if (!warned && warnings.length > 0) warn(warnings);
      warned = true;
      return config;
    },
    forgetSecrets: () => lookup.forget(),
  };
}
