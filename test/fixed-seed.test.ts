import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SEED } from './fixed-seed.ts';

test('every test file draws its properties from the one seed, whether or not it asks for it', () => {
  expect(fc.readConfigureGlobal()).toMatchObject({ seed: SEED });
  const drawn: number[][] = [[], []];
  for (const values of drawn) {
    fc.assert(
      fc.property(fc.nat(), (value) => {
        values.push(value);
      }),
    );
  }
  expect(drawn[0]).toEqual(drawn[1]);
  expect(fc.sample(fc.nat())).toEqual(fc.sample(fc.nat()));
});
