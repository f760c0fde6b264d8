import { spawn } from 'node:child_process';

export interface TimedRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end of the process, in milliseconds. */
  readonly took: number;
}

/** A program and its first arguments, with the environment to run it in. */
export interface Program {
  readonly words: readonly [file: string, ...args: string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

export function timedRun(
  { words: [file, ...first], cwd, environment }: Program,
  args: readonly string[],
): Promise<TimedRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, [...first, ...args], { cwd, env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        out[name] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, ...out, took: performance.now() - started }));
  });
}

/** Times of one program in milliseconds. The best is what it needs if nothing else runs. */
export interface RaceResult {
  readonly median: number;
  readonly best: number;
}

/** Runs the programs in turns, so that other load on the machine slows all of them. */
export async function raceOf(
  programs: ReadonlyMap<string, Program>,
  argsOf: (name: string) => readonly string[],
  rounds: { readonly unmeasured: number; readonly measured: number },
): Promise<ReadonlyMap<string, RaceResult>> {
  const times = new Map([...programs.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds.unmeasured + rounds.measured; round++) {
    for (const [name, program] of programs) {
      const { code, took, stderr } = await timedRun(program, argsOf(name));
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
      if (round >= rounds.unmeasured) times.get(name)?.push(took);
    }
  }
  return new Map(
    [...times].map(([name, all]) => {
      const sorted = all.sort((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
      return [name, { median, best: sorted[0] ?? Number.NaN }];
    }),
  );
}
