import { type Ran, type RunOptions, tidemark } from './tidemark.ts';

export interface Run extends Ran {
  /** What stderr has besides progress. */
  readonly complaints: string;
  readonly seconds: number;
}

/** Runs the real command line, and takes the time. */
export async function runTidemark(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const began = performance.now();
  const ran = await tidemark(args, options);
  const seconds = (performance.now() - began) / 1_000;
  return { ...ran, complaints: ran.stderr.replace(/^.* …\n/gm, ''), seconds };
}
