import { parseSync } from '@swc/core';

type Node = Readonly<Record<string, unknown>>;

/** The globals that only compute: add one that the domain needs. `Date` and `Math` have rules of their own. */
const COMPUTES = new Set([
  ...['undefined', 'Object', 'Array', 'Map', 'Set', 'Number', 'String', 'BigInt', 'JSON', 'Error', 'RangeError'],
  ...['Buffer', 'Uint8Array', 'Int32Array', 'Uint32Array', 'BigInt64Array', 'Float64Array', 'ArrayBuffer', 'DataView'],
  ...['TextEncoder', 'TextDecoder'],
]);

/** The globals that a module uses and that may read a clock, the environment or a network, or draw a random number. */
export function impureGlobals(text: string): readonly string[] {
  const found: string[] = [];
  visit(parsed(text), (node, parent) => {
    if (isMeta(node)) found.push('import.meta');
    if (node.declare === true) found.push('declare');
    const name = globalOf(node);
    if (name === null || COMPUTES.has(name)) return;
    if (name === 'Date' && isDateOfATime(parent)) return;
    if (name === 'Math' && ![null, 'random'].includes(memberOf(parent))) return;
    found.push(name);
  });
  return found;
}

/** Ways to load a module, or to name a file beside this one, that the rules for imports do not see. */
export function hiddenLoads(text: string): readonly string[] {
  const found: string[] = [];
  visit(parsed(text), (node) => {
    if (isMeta(node)) found.push('import.meta');
    if (node.value === 'getBuiltinModule' || node.value === 'createRequire') found.push(node.value);
    const name = globalOf(node);
    if (name === 'require' || name === 'eval' || name === 'Function') found.push(name);
    if (node.type === 'CallExpression' && (node.callee as Node).type === 'Import' && !isLiteral(argument(node))) {
      found.push('import(…)');
    }
  });
  return found;
}

function parsed(text: string): Node {
  return parseSync(text, { syntax: 'typescript', target: 'es2024' }) as unknown as Node;
}

/** Every node but types: they reach nothing. */
function visit(value: unknown, see: (node: Node, parent: Node) => void, parent: Node = {}): void {
  if (Array.isArray(value)) {
    for (const one of value) visit(one, see, parent);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Node;
  if (typeof node.type === 'string' && node.type.startsWith('Ts')) {
    // `x as T` and the like.
    visit(node.expression, see, parent);
    return;
  }
  if (typeof node.type === 'string') see(node, parent);
  for (const child of Object.values(node)) visit(child, see, typeof node.type === 'string' ? node : parent);
}

/** The parser numbers the scopes of names: 1 is what the module itself does not declare. */
const UNDECLARED = 1;

function globalOf(node: Node): string | null {
  return node.type === 'Identifier' && node.ctxt === UNDECLARED ? (node.value as string) : null;
}

function isMeta(node: Node): boolean {
  return node.type === 'MetaProperty' && node.kind === 'import.meta';
}

function memberOf(node: Node): string | null {
  if (node.type !== 'MemberExpression') return null;
  const property = node.property as Node;
  return property.type === 'Identifier' ? (property.value as string) : null;
}

/** `new Date(time)`: without an argument it is the time now. */
function isDateOfATime(node: Node): boolean {
  return node.type === 'NewExpression' && argument(node) !== null;
}

/** The first argument of a call, if it is one for sure. */
function argument(call: Node): Node | null {
  const [first] = (call.arguments ?? []) as readonly { readonly spread: unknown; readonly expression: Node }[];
  return first === undefined || first.spread !== null ? null : first.expression;
}

function isLiteral(node: Node | null): boolean {
  return node?.type === 'StringLiteral';
}
