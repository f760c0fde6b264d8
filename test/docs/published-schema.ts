import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';

const FOLDER = new URL('../../docs/schema/', import.meta.url);

/** The part of JSON Schema 2020-12 that docs/schema uses; another keyword is a slip, or wants a line here. */
const node = z.strictObject({
  $schema: z.literal('https://json-schema.org/draft/2020-12/schema').optional(),
  $id: z.string().optional(),
  title: z.string().optional(),
  description: z.string().min(1).optional(),
  $ref: z
    .string()
    .regex(/^#\/\$defs\/\w+$/)
    .optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.string().optional(),
  enum: z.array(z.string().nullable()).optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  minimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), node).optional();
  },
  get additionalProperties(): z.ZodOptional<z.ZodUnion<readonly [z.ZodLiteral<false>, typeof node]>> {
    return z.union([z.literal(false), node]).optional();
  },
  get items(): z.ZodOptional<typeof node> {
    return node.optional();
  },
  get anyOf() {
    return z.array(node).optional();
  },
  get $defs() {
    return z.record(z.string(), node).optional();
  },
});

export type SchemaNode = z.infer<typeof node>;

/** `audit-1` … of every file in docs/schema. */
export const SCHEMA_NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();

/** A schema of docs/schema, `name` without `.json`. */
export function publishedSchema(name: string): SchemaNode {
  return node.parse(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')));
}

/** What a document must not be, by a schema or a part of one; empty where the document is as published. */
export function faultsOf(document: unknown, schema: SchemaNode): readonly z.core.$ZodIssue[] {
  const parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  return parser.safeParse(document).error?.issues ?? [];
}
