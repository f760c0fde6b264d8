import type { Environment } from './connection/secret-source.ts';
import type { LoadedConfig } from './mm2/mm2-properties.ts';
import type { LoadOptions } from './yaml/tidemark-yaml.ts';

/** Which file to run on: Tidemark's own, or MM2's. */
export type ConfigSource =
  | { readonly kind: 'tidemark-yaml'; readonly file: string }
  | { readonly kind: 'mm2-properties'; readonly file: string };

/**
 * Loads either kind of file; an mm2.properties names no writer: MM2's own connections write then. The YAML loader and its
 * schema are only read from disk where they are needed.
 */
export async function loadConfig(
  source: ConfigSource,
  environment: Environment,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  if (source.kind === 'mm2-properties') {
    const { loadMm2Properties } = await import('./mm2/mm2-properties.ts');
    return loadMm2Properties(source.file, environment);
  }
  const { loadTidemarkYaml } = await import('./yaml/tidemark-yaml.ts');
  return loadTidemarkYaml(source.file, environment, options);
}
