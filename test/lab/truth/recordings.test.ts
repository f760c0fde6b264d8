import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { JudgedPosition } from '../../../lab/truth/position-judge.ts';
import { type Recording, readRecording } from '../../../lab/truth/recording.ts';
import { configOf, replay } from '../../../lab/truth/replay.ts';
import { proofOf } from '../../../shared/domain/model/report.ts';

const FOLDER = 'test/recordings';
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

async function judge(recording: Recording): Promise<JudgedPosition[]> {
  const config = configOf(recording);
  const judged: JudgedPosition[] = [];
  for (const snapshot of recording.snapshots) {
    for (const { positions } of await replay(config, recording, snapshot)) judged.push(...positions);
  }
  return judged;
}

function faultsOf(positions: readonly JudgedPosition[]): string[] {
  return positions.flatMap(({ group, faults }) =>
    faults.map((fault) => `${group.group} ${group.topic}-${group.partition} at ${group.committed}: ${fault}`),
  );
}

/** A recording with a changed truth for every partition. */
function falsified(file: string, change: (truth: TruthOfPartition) => void): Recording {
  const recording = readRecording(join(FOLDER, file));
  for (const { truth } of recording.snapshots) {
    for (const { partitions } of truth ?? []) for (const partition of partitions) change(partition);
  }
  return recording;
}
type TruthOfPartition = NonNullable<Recording['snapshots'][number]['truth']>[number]['partitions'][number];

describe('recorded runs of MM2', () => {
  test.each(files)('%s: every bound holds, and MM2’s positions are right', async (file) => {
    expect(faultsOf(await judge(readRecording(join(FOLDER, file))))).toEqual([]);
  });

  test('contain positions, most of them exact', async () => {
    const all = (await Promise.all(files.map((file) => judge(readRecording(join(FOLDER, file)))))).flat();
    expect(all.length).toBeGreaterThan(150);
    const exact = all.filter(({ group }) => proofOf(group.tidemark) === 'exact').length;
    expect(exact / all.length).toBeGreaterThan(0.75);
  });
});

describe('a recording with a falsified truth', () => {
  test('GIVEN records ten offsets later on the target than reported THEN re-reads exceed the bound', async () => {
    const recording = falsified('01-steady.json', (truth) => {
      truth.runs = truth.runs.map(([u, d, count]) => [u, d + 10, count]);
    });
    expect(faultsOf(await judge(recording)).join('\n')).toMatch(/Tidemark re-reads 10, reported at most 0/);
  });

  test('GIVEN records ten offsets earlier on the target than reported THEN skips exceed the bound', async () => {
    const recording = falsified('01-steady.json', (truth) => {
      truth.runs = truth.runs.map(([u, d, count]) => [u, d - 10, count]);
      delete truth.lastCopyRuns;
    });
    expect(faultsOf(await judge(recording)).join('\n')).toMatch(/Tidemark skips 10, reported at most 0/);
  });

  test('GIVEN another position of MM2 than reported THEN that is a fault', async () => {
    const recording = falsified('01-steady.json', () => {});
    for (const { clusters } of recording.snapshots) {
      for (const group of Object.values(clusters.B?.groups ?? {})) group.committed = {};
    }
    for (const { truth } of recording.snapshots) {
      for (const { partitions } of truth ?? []) {
        for (const { groups } of partitions) {
          for (const group of Object.values(groups)) {
            if (group.translateOffsets != null) group.translateOffsets[0] += 1;
          }
        }
      }
    }
    expect(faultsOf(await judge(recording)).join('\n')).toMatch(/MM2's position is \d+, reported \d+/);
  });
});
