import { describe, expect, test } from '@jest/globals';
import type { NameAnswer } from '../../../shared/ports.ts';
import { begin, type TestRun } from './begin-run.ts';
import { FakeWorld } from './failover-world.ts';

const TARGET: NameAnswer = { kind: 'target', resolver: '10.0.0.2:53' };
const OLD: NameAnswer = { kind: 'elsewhere', resolver: '10.0.0.3:53', leadsTo: ['10.1.0.1'] };
const SILENT: NameAnswer = { kind: 'unread', resolver: '10.0.0.3:53', reason: 'ETIMEOUT' };

async function beginWith(answers: (fake: FakeWorld) => readonly NameAnswer[]): Promise<TestRun> {
  const fake = new FakeWorld();
  fake.lookup = { describe: () => 'asks two resolvers', ask: async () => answers(fake) };
  return await begin(fake);
}

async function evidenceOf(run: TestRun, step: 'switch-name' | 'verify'): Promise<unknown> {
  const state = (await run.stored()).record.steps.get(step);
  return state?.kind === 'done' ? state.evidence : null;
}

describe('a name that is looked up', () => {
  test('is part of what is approved', async () => {
    const { steps } = (await (await beginWith(() => [TARGET])).stored()).record.subject;
    expect(steps.find(({ step }) => step === 'verify')?.actions).toContain('asks two resolvers');
  });

  test('clients are not led on before the resolvers lead to the target', async () => {
    let switchedAt = 0;
    let cutAt = 0;
    const run = await beginWith(({ now }) => [
      TARGET,
      switchedAt > 0 && now - switchedAt >= 800 ? { ...TARGET, resolver: '10.0.0.3:53' } : OLD,
    ]);
    run.fake.hazard = (what, when) => {
      if (what === 'name=true' && when === 'after') switchedAt = run.fake.now;
      if (what === 'cut=true' && when === 'before') cutAt = run.fake.now;
    };
    expect((await run.run()).kind).toBe('completed');
    expect(cutAt - switchedAt).toBeGreaterThanOrEqual(800);
    const resolvers = [TARGET, { kind: 'target', resolver: '10.0.0.3:53' }];
    expect(await evidenceOf(run, 'switch-name')).toEqual({ known: true, resolvers });
    expect(await evidenceOf(run, 'verify')).toMatchObject({ resolvers });
  });

  test('a resolver that keeps the old answer holds up nobody, and the run does not end as if all were well', async () => {
    let isOld = true;
    const run = await beginWith(() => [TARGET, isOld ? OLD : TARGET]);
    const failed = await run.run();
    expect(failed).toMatchObject({ kind: 'failed', step: 'verify', code: 'NAME_LEADS_ELSEWHERE' });
    expect(run.fake.effects).toMatchObject({ name: true, cut: true });
    expect(await evidenceOf(run, 'switch-name')).toMatchObject({ resolvers: [TARGET, OLD] });
    isOld = false;
    expect((await run.run()).kind).toBe('completed');
  });

  test('a resolver that does not answer is in the evidence, and nothing waits for it', async () => {
    const run = await beginWith(() => [TARGET, SILENT]);
    const begun = run.fake.now;
    let cutAt = 0;
    let switchedAt = begun;
    run.fake.hazard = (what, when) => {
      if (what === 'name=true' && when === 'after') switchedAt = run.fake.now;
      if (what === 'cut=true' && when === 'before') cutAt = run.fake.now;
    };
    expect((await run.run()).kind).toBe('completed');
    expect(cutAt).toBe(switchedAt);
    expect(await evidenceOf(run, 'verify')).toMatchObject({ resolvers: [TARGET, SILENT] });
  });
});
