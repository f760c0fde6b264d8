import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { flowsOfPart } from '../../../shared/audit/flow-part.ts';

describe('the flows of several functions', () => {
  test('neighbours stay together', () => {
    const flows = ['A->B', 'B->A', 'A->C', 'C->A'];
    expect(flowsOfPart(flows, { part: 1, of: 2 })).toEqual(['A->B', 'B->A']);
    expect(flowsOfPart(flows, { part: 2, of: 2 })).toEqual(['A->C', 'C->A']);
    expect(flowsOfPart(flows, { part: 1, of: 1 })).toEqual(flows);
  });

  test('every flow is in one part, and the parts differ by at most one flow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 20 }), (count, of) => {
        const flows = Array.from({ length: count }, (_, index) => index);
        const parts = Array.from({ length: of }, (_, index) => flowsOfPart(flows, { part: index + 1, of }));
        expect(parts.flat()).toEqual(flows);
        const sizes = parts.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
