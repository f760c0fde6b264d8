import * as z from 'zod';
import { closestName } from '../closest-name.ts';
import { MAX_TOLD } from '../config-limits.ts';
import type { ConfigFault } from '../tidemark-config.ts';
import { pathName, type YamlDocument, type YamlPath } from './yaml-document.ts';

type Issue = z.core.$ZodIssue;

/** The errors of a schema as faults with line and remedy. Never repeats a value: it may be a secret. */
export function faultsOf(error: z.ZodError, schema: z.ZodType, file: string, document: YamlDocument): ConfigFault[] {
  // Create a few more faults than are reported, so that the last line says that there are more.
  return error.issues
    .slice(0, MAX_TOLD + 1)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, MAX_TOLD + 1).map((key) => unknownKey(key, issue.path, schema, file, document))
        : [faultOf(issue, file, document)],
    );
}

function unknownKey(key: string, path: YamlPath, schema: z.ZodType, file: string, document: YamlDocument): ConfigFault {
  const known = keysAt(schema, path);
  const near = closestName(key, known);
  return {
    file,
    key: pathName([...path, key]),
    line: document.lineOf([...path, key]),
    message: 'is not a known key',
    remedy: near === null ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`,
  };
}

function faultOf(issue: Issue, file: string, document: YamlDocument): ConfigFault {
  const key = pathName(issue.path);
  const line = document.lineOf(issue.path);
  const fault = (message: string, remedy: string): ConfigFault => ({ file, key, line, message, remedy });
  const remedy = 'docs/configuration.md describes every key';
  switch (issue.code) {
    case 'invalid_type':
      if (line === null) return fault('is missing', `add it; ${remedy}`);
      return fault(`is not ${withArticle(issue.expected)}`, `write ${withArticle(issue.expected)}`);
    case 'invalid_value':
      return fault('is not one of the known values', `write one of ${issue.values.map(String).join(', ')}`);
    case 'too_small':
      return fault(
        issue.origin === 'string' || issue.origin === 'array' ? 'is empty' : `is less than ${issue.minimum}`,
        remedy,
      );
    case 'invalid_format':
      return fault(issue.message.startsWith('Invalid') ? `is not a valid ${issue.format}` : issue.message, remedy);
    case 'invalid_union':
      if (line === null) return fault('is missing', `add it; ${remedy}`);
      return fault(issue.message === 'Invalid input' ? 'has the wrong form' : issue.message, remedy);
    default:
      return fault(issue.message, remedy);
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function withArticle(type: string): string {
  return NAMES[type] ?? `a ${type}`;
}

type JsonSchema = {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
};

/** Names that a schema knows at a path. */
export function keysAt(schema: z.ZodType, path: YamlPath): string[] {
  let nodes: JsonSchema[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema];
  for (const part of path) nodes = nodes.flatMap(alternatives).flatMap((node) => childOf(node, part));
  return [...new Set(nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {})))];
}

function alternatives(node: JsonSchema): JsonSchema[] {
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return inner.length === 0 ? [node] : inner.flatMap(alternatives);
}

function childOf(node: JsonSchema, part: PropertyKey): JsonSchema[] {
  if (typeof part === 'number') return node.items === undefined ? [] : [node.items];
  const { properties = {} } = node;
  const child = Object.hasOwn(properties, part) ? properties[String(part)] : node.additionalProperties;
  return child === undefined || typeof child === 'boolean' ? [] : [child];
}
