import type { MutantResult } from '@stryker-mutator/api/core';

/** Mutants of one file, and how many the tests noticed. */
export interface FileScore {
  readonly file: string;
  readonly mutants: number;
  readonly noticed: number;
  /** Mutants in code that no test reaches: they count as not noticed. */
  readonly unreached: number;
}

/** Whether no test noticed the mutant. A mutant that could not run neither survived nor was noticed. */
export function isSurvivor({ status }: Pick<MutantResult, 'status'>): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** By file, lowest share first. */
export function scoresByFile(mutants: readonly Pick<MutantResult, 'fileName' | 'status'>[]): FileScore[] {
  const counted = mutants.filter((mutant) => isSurvivor(mutant) || ['Killed', 'Timeout'].includes(mutant.status));
  const scores = [...Map.groupBy(counted, ({ fileName }) => fileName)].map(([file, all]): FileScore => {
    const noticed = all.filter((mutant) => !isSurvivor(mutant)).length;
    const unreached = all.filter(({ status }) => status === 'NoCoverage').length;
    return { file, mutants: all.length, noticed, unreached };
  });
  return scores.sort((a, b) => a.noticed / a.mutants - b.noticed / b.mutants);
}

export function scoreText({ file, mutants, noticed, unreached }: FileScore): string {
  const share = ((100 * noticed) / mutants).toFixed(1).padStart(5);
  const reach = unreached === 0 ? '' : `, ${unreached} of them in code that no test reaches`;
  return `${share} %  ${file}: ${mutants - noticed} of ${mutants} survived${reach}`;
}
