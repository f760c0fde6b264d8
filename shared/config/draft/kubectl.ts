import { shellWord } from '../../domain/model/shell-word.ts';

/** An entry of a Kubernetes Secret. */
export interface KubernetesSecretKey {
  /** Null means that of kubectl's context. */
  readonly namespace: string | null;
  readonly name: string;
  readonly key: string;
}

/** A command that prints the entry, ready to paste. */
function printCommand({ namespace, name, key }: KubernetesSecretKey): string {
  const place = namespace === null ? '' : `--namespace ${shellWord(namespace)} `;
  const path = `jsonpath={.data.${key.replaceAll('.', '\\.')}}`;
  return `kubectl get ${place}secret ${shellWord(name)} -o ${shellWord(path)} | base64 -d`;
}

/** A command that sets an environment variable to the entry. */
export function exportCommand(variable: string, secret: KubernetesSecretKey): string {
  return `export ${variable}="$(${printCommand(secret)})"`;
}

/** A command that writes the entry to a file, or adds it to the end. */
export function writeCommand(file: string, secret: KubernetesSecretKey, how: 'write' | 'append'): string {
  return `${printCommand(secret)} ${how === 'write' ? '>' : '>>'} ${shellWord(file)}`;
}
