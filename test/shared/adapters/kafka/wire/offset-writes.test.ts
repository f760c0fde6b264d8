import { describe, expect, test } from '@jest/globals';
import { decodeResponse, encodeRequest } from '../../../../../shared/adapters/kafka/wire/api.ts';
import { OFFSET_COMMIT } from '../../../../../shared/adapters/kafka/wire/offset-commit.ts';
import { OFFSET_DELETE } from '../../../../../shared/adapters/kafka/wire/offset-delete.ts';

/** By hand from Kafka's OffsetCommitRequest.json, OffsetCommitResponse.json, OffsetDelete….json; blanks part the fields. */
const bytes = (text: string): string => text.replace(/\s+/g, '');

const commit = {
  group: 'g',
  positions: [
    { topic: 't', partition: 1, offset: 258n },
    { topic: 'uv', partition: 0, offset: 0n },
    { topic: 't', partition: 2, offset: 9_007_199_254_740_993n },
  ],
};

describe('OffsetCommit', () => {
  // Topics are nested; generation −1 and an empty member say that we are no member.
  const partitions = (between: string, end: string): [string, string, string] => [
    `00000001 0000000000000102 ${between} ${end}`,
    `00000002 0020000000000001 ${between} ${end}`,
    `00000000 0000000000000000 ${between} ${end}`,
  ];
  const classic = (head: string, [t1, t2, uv]: [string, string, string]): string =>
    `0001 67 ffffffff 0000 ${head} 00000002 0001 74 00000002 ${t1} ${t2} 0002 7576 00000001 ${uv}`;
  const flexible = ([t1, t2, uv]: [string, string, string]): string =>
    `00 02 67 ffffffff 01 00 03 02 74 03 ${t1} ${t2} 00 03 7576 02 ${uv} 00 00`;
  const noRetention = 'ffffffffffffffff';
  const epoch = 'ffffffff';

  test.each([
    [2, classic(noRetention, partitions('', '0000'))],
    [3, classic(noRetention, partitions('', '0000'))],
    [4, classic(noRetention, partitions('', '0000'))],
    [5, classic('', partitions('', '0000'))],
    [6, classic('', partitions(epoch, '0000'))],
    [7, classic('ffff', partitions(epoch, '0000'))],
    [8, flexible(partitions(epoch, '01 00'))],
    [9, flexible(partitions(epoch, '01 00'))],
  ])('request v%i', (version, expected) => {
    expect(encodeRequest(OFFSET_COMMIT, commit, version).toString('hex')).toBe(bytes(expected));
  });

  test.each([
    [2, '00000001 0001 74 00000002 00000001 0000 00000002 0019', 0],
    [3, '0000012c 00000001 0001 74 00000002 00000001 0000 00000002 0019', 300],
    [7, '0000012c 00000001 0001 74 00000002 00000001 0000 00000002 0019', 300],
    [8, '00 0000012c 02 02 74 03 00000001 0000 00 00000002 0019 00 00 00', 300],
    [9, '00 0000012c 02 02 74 03 00000001 0000 00 00000002 0019 00 00 00', 300],
  ])('answer v%i', (version, answer, throttleTimeMs) => {
    expect(decodeResponse(OFFSET_COMMIT, Buffer.from(bytes(answer), 'hex'), version)).toEqual({
      answer: [
        { topic: 't', partition: 1, error: 0 },
        { topic: 't', partition: 2, error: 25 },
      ],
      throttleTimeMs,
    });
  });
});

describe('OffsetDelete', () => {
  test('request', () => {
    const request = { group: 'g', partitions: commit.positions };
    expect(encodeRequest(OFFSET_DELETE, request, 0).toString('hex')).toBe(
      bytes('0001 67 00000002 0001 74 00000002 00000001 00000002 0002 7576 00000001 00000000'),
    );
  });

  test('answer, with the error of the group before the time to wait', () => {
    const answer = bytes('0000 0000012c 00000001 0001 74 00000001 00000001 0056');
    expect(decodeResponse(OFFSET_DELETE, Buffer.from(answer, 'hex'), 0)).toEqual({
      answer: { error: 0, partitions: [{ topic: 't', partition: 1, error: 86 }] },
      throttleTimeMs: 300,
    });
    expect(decodeResponse(OFFSET_DELETE, Buffer.from('00450000000000000000', 'hex'), 0).answer).toEqual({
      error: 69,
      partitions: [],
    });
  });
});
