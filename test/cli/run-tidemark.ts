import { type Ran, type RunOptions, tidemark } from './tidemark.ts';

export interface Run extends Ran {
  /** What stderr has besides progress. */
  readonly complaints: string;
}

/** Runs the real command line. */
export async function runTidemark(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const ran = await tidemark(args, options);
  return { ...ran, complaints: ran.stderr.replace(/^.* …\n/gm, '') };
}
