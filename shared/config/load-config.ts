import type { Environment } from './connection/secret-source.ts';
import type { LoadedConfig } from './mm2/mm2-properties.ts';
import { holdsMirrorMaker2, isStrimziFile } from './strimzi/strimzi-kind.ts';
import type { LoadOptions } from './yaml/tidemark-yaml.ts';

/** Which file to load: Tidemark's own, or the one that MM2 runs on. */
export type ConfigSource =
  | { readonly kind: 'tidemark-yaml'; readonly file: string }
  /** An mm2.properties, or a file with Strimzi's KafkaMirrorMaker2. */
  | { readonly kind: 'mm2'; readonly file: string };

/**
 * Loads any kind of file. A KafkaMirrorMaker2 that is given as a tidemark.yaml is read as what it is. MM2's own files name
 * no writer, so its own connections write. The YAML loaders and the schema are imported only when needed.
 */
export async function loadConfig(
  { kind, file }: ConfigSource,
  environment: Environment,
  options: LoadOptions = {},
): Promise<LoadedConfig> {
  if (kind === 'mm2' ? isStrimziFile(file) : holdsMirrorMaker2(file)) {
    const { loadStrimzi } = await import('./strimzi/load-strimzi.ts');
    return loadStrimzi(file, environment);
  }
  if (kind === 'mm2') {
    const { loadMm2Properties } = await import('./mm2/mm2-properties.ts');
    return loadMm2Properties(file, environment);
  }
  const { loadTidemarkYaml } = await import('./yaml/tidemark-yaml.ts');
  return loadTidemarkYaml(file, environment, options);
}
