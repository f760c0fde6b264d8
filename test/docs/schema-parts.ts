import { faultsOf, type SchemaNode } from './published-schema.ts';

/**
 * Parts of a schema that a document can take or leave: every property, `?` where an optional one is absent, every
 * branch of `anyOf`, every one of several types, an item of every array. As paths; a definition has one path wherever
 * it is used.
 */
export function partsOf(root: SchemaNode): Set<string> {
  const parts = new Set<string>();
  const visit = (schema: SchemaNode, path: string): void => {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      parts.add(`${path}/${name}`);
      if (schema.required?.includes(name) !== true) parts.add(`${path}/${name}?`);
      visit(property, `${path}/${name}`);
    }
    for (const [index, branch] of (schema.anyOf ?? []).entries()) {
      parts.add(`${path}|${index}`);
      visit(branch, `${path}|${index}`);
    }
    for (const type of typesOf(schema)) parts.add(`${path}:${type}`);
    if (schema.items !== undefined) {
      parts.add(`${path}[]`);
      visit(schema.items, `${path}[]`);
    }
  };
  visit(root, '');
  for (const [name, definition] of Object.entries(root.$defs ?? {})) visit(definition, `#${name}`);
  return parts;
}

/** Those parts that a document has, which is as the schema says. */
export function partsIn(document: unknown, root: SchemaNode): Set<string> {
  const parts = new Set<string>();
  const visit = (value: unknown, schema: SchemaNode, path: string): void => {
    if (schema.$ref !== undefined) {
      const name = schema.$ref.slice('#/$defs/'.length);
      const definition = root.$defs?.[name];
      if (definition !== undefined) visit(value, definition, `#${name}`);
      return;
    }
    for (const [index, branch] of (schema.anyOf ?? []).entries()) {
      if (faultsOf(value, { ...branch, $defs: root.$defs }).length > 0) continue;
      parts.add(`${path}|${index}`);
      visit(value, branch, `${path}|${index}`);
    }
    if (typesOf(schema).length > 0) parts.add(`${path}:${value === null ? 'null' : typeof value}`);
    if (Array.isArray(value) && schema.items !== undefined) {
      for (const item of value) {
        parts.add(`${path}[]`);
        visit(item, schema.items, `${path}[]`);
      }
    } else if (typeof value === 'object' && value !== null) {
      const own = new Map<string, unknown>(Object.entries(value));
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        if (!own.has(name)) parts.add(`${path}/${name}?`);
        else {
          parts.add(`${path}/${name}`);
          visit(own.get(name), property, `${path}/${name}`);
        }
      }
    }
  };
  visit(document, root, '');
  return parts;
}

function typesOf({ type }: SchemaNode): readonly string[] {
  return Array.isArray(type) ? type : [];
}
