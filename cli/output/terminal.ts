import { styleText } from 'node:util';
import { TidemarkError } from '../../shared/domain/model/errors.ts';

/** What a command has of the world outside: streams, variables, and the width of what it writes to. */
export interface Terminal {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
  /** What has to be put in order where Ctrl-C or SIGTERM ends the process; returns how to take it back. */
  readonly onInterrupt: (putInOrder: () => Promise<void>) => () => void;
  /** The words that start Tidemark again, as it was started: `npx tidemark`, for instance. */
  readonly startedAs: readonly string[];
}

export type Style = 'red' | 'yellow' | 'green' | 'bold' | 'dim';

/** Colours a text, or leaves it alone where the stream is no terminal or NO_COLOR is set. */
export type Paint = (style: Style, text: string) => string;

export function painter({ stdout, environment }: Terminal): Paint {
  const colours = stdout.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
}

/** Longer lines of text are hard to read. */
const WIDEST_TEXT = 120;
const WIDEST_TABLE = 200;

/** Columns that a text fills: 80 where the stream is no terminal. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return Math.min(WIDEST_TEXT, columnsOf(stream));
}

/** Columns that a table may take, for names and numbers beside each other. */
export function columnsOf(stream: NodeJS.WriteStream): number {
  return Math.min(WIDEST_TABLE, Math.max(60, stream.columns ?? 80));
}

/** Writes all of it, waiting where the reader is slow; a reader that has gone away is no error (`| head`): false. */
export async function writeAll(stream: NodeJS.WriteStream, parts: Iterable<string>): Promise<boolean> {
  let pending = '';
  for (const part of parts) {
    pending += part;
    if (pending.length < 65_536) continue;
    if (!(await write(stream, pending))) return false;
    pending = '';
  }
  return await write(stream, pending);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error == null) resolve(true);
      else if (isGone(error)) resolve(false);
      else reject(new OutputError(error));
    });
  });
}

/** Whether the reader has gone away. */
export function isGone(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}

/** What a command found could not be written, for another reason than a reader that has gone away. */
export class OutputError extends TidemarkError {
  override readonly name = 'OutputError';

  constructor(cause: Error) {
    const why = 'code' in cause && cause.code === 'ENOSPC' ? 'no space is left there' : cause.message;
    const remedy = 'make room, or let the output go elsewhere; what the command did is done';
    super('OUTPUT_NOT_WRITTEN', `the output could not be written: ${why}`, { remedy, cause });
  }
}
