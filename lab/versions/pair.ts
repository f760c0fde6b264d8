import { TidemarkError } from '../../shared/domain/model/errors.ts';

/** Releases of Kafka on both sides, and of the MirrorMaker 2 between them. */
export interface ReleasePair {
  readonly source: string;
  readonly target: string;
  readonly mm2: string;
}

/** `2.8.2>3.9.1@4.3.1`: source, target, MM2. */
export function parsePairs(text: string): readonly ReleasePair[] {
  return text.split(',').map((written) => {
    const [, source, target, mm2] = /^\s*([\d.]+)>([\d.]+)@([\d.]+)\s*$/.exec(written) ?? [];
    if (source !== undefined && target !== undefined && mm2 !== undefined) return { source, target, mm2 };
    throw new TidemarkError('LAB_NOT_A_PAIR', `"${written}" is not SOURCE>TARGET@MM2, such as 2.8.2>3.9.1@4.3.1`);
  });
}
