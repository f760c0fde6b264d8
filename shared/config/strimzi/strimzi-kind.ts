import { readConfigFile } from '../read-file.ts';

/** Whether a text, YAML or JSON, holds a Strimzi KafkaMirrorMaker2 resource. */
export function isStrimziMirrorMaker2(text: string): boolean {
  return /(?:^(?:[ \t]*-)?|[{,])[ \t]*["']?kind["']?[ \t]*:[ \t]*["']?KafkaMirrorMaker2["']?[ \t]*(?:$|[,}#\r])/m.test(
    text,
  );
}

/** Whether `mm2` names a file for Strimzi's loader: whatever is called YAML, else by its text. */
export function isStrimziFile(file: string): boolean {
  if (/\.ya?ml$/i.test(file)) return true;
  return !file.endsWith('.properties') && holdsMirrorMaker2(file);
}

/** Whether a file holds a KafkaMirrorMaker2. False if it cannot be read: loading it explains why. */
export function holdsMirrorMaker2(file: string): boolean {
  try {
    return isStrimziMirrorMaker2(readConfigFile(file).toString('utf8'));
  } catch {
    return false;
  }
}
