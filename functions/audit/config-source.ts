import type { SecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import type { ConfigWarning } from '../../shared/config/configuration-error.ts';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import { loadTidemarkYaml } from '../../shared/config/yaml/tidemark-yaml.ts';
import type { AuditDependencies } from './audit-and-publish.ts';

export interface ConfigSourceOptions {
  readonly file: string;
  readonly secrets: ReadonlyMap<string, SecretLocation>;
  readonly lookup: SecretLookup;
  /** The function's own variables, to which the configuration may also refer. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Called once with the warnings about valid settings that are likely mistakes. */
  readonly warn: (warnings: readonly ConfigWarning[]) => void;
}

/**
 * Loads tidemark.yaml and resolves its variables from Secrets Manager. The values never become environment variables of
 * the process, where every library and crash report could read them.
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
