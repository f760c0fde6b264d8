import type { Environment } from './connection/secret-source.ts';
import type { LoadedConfig } from './mm2/mm2-properties.ts';
import type { LoadOptions } from './yaml/tidemark-yaml.ts';

/** Which file to load: Tidemark's own, or MM2's. */
export type ConfigSource =
  | { readonly kind: 'tidemark-yaml'; readonly file: string }
  | { readonly kind: 'mm2-properties'; readonly file: string };

/**
 * Loads either kind of file. An mm2.properties names no writer, so MM2's own connections write. The YAML loader and its
 * schema are imported only when needed.
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
