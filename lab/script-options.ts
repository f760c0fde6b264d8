import { parseArgs } from 'node:util';

/** One option of a script. */
export interface ScriptOption {
  readonly type: 'string' | 'boolean';
  /** How its value is written in the help: `NAMES`. */
  readonly value?: string;
  readonly default?: string;
  readonly says: string;
}

/** What a script was given: `true` or a text; a string option without a default may be absent. */
export type ScriptValues<O extends Readonly<Record<string, ScriptOption>>> = {
  readonly [K in keyof O]: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K] extends { readonly default: string }
      ? string
      : string | undefined;
};

export interface Script<O extends Readonly<Record<string, ScriptOption>>> {
  /** As `npm run` takes it. */
  readonly name: string;
  /** What it does, starts and needs. */
  readonly does: string;
  readonly options: O;
}

/**
 * Reads the options of a script, before it starts anything. `--help` prints them and ends the process; anything that the
 * script does not know ends it with 2.
 */
export function scriptOptions<O extends Readonly<Record<string, ScriptOption>>>(script: Script<O>): ScriptValues<O> {
  const options = Object.fromEntries(
    Object.entries(script.options).map(([name, { type, default: value }]) => [
      name,
      { type, ...(value === undefined ? {} : { default: value }) },
    ]),
  );
  const values = valuesOf(script, { ...options, help: { type: 'boolean', default: false } });
  if (values.help === true) {
    process.stdout.write(scriptHelp(script));
    process.exit(0);
  }
  const flags = Object.entries(script.options).filter(([, { type }]) => type === 'boolean');
  return { ...Object.fromEntries(flags.map(([name]) => [name, false])), ...values } as ScriptValues<O>;
}

type ParseOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function valuesOf(script: Script<Readonly<Record<string, ScriptOption>>>, options: ParseOptions) {
  try {
    return parseArgs({ options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${scriptHelp(script)}`);
    process.exit(2);
  }
}

export function scriptHelp({ name, does, options }: Script<Readonly<Record<string, ScriptOption>>>): string {
  const lines = Object.entries({ ...options, help: { type: 'boolean', says: 'this text' } as ScriptOption }).map(
    ([option, { value, says, default: preset }]) => {
      const written = `--${option}${value === undefined ? '' : ` ${value}`}`;
      return `  ${written.padEnd(20)} ${says}${preset === undefined ? '' : `; ${preset} by default`}\n`;
    },
  );
  return `npm run ${name} -- [options]\n\n${does}\n\n${lines.join('')}`;
}
