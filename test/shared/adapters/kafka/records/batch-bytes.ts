/** What a test wants in a record batch; offsets are those of the batch's begin. */
export interface BatchSpec {
  readonly baseOffset: bigint;
  /** Offset deltas of the records that are left. */
  readonly deltas: readonly number[];
  readonly lastOffsetDelta?: number;
  readonly producerId?: bigint;
  readonly transactional?: boolean;
  /** A control batch that ends a transaction. */
  readonly marker?: 'commit' | 'abort';
  readonly logAppendTime?: bigint;
  readonly magic?: number;
}

/** Bytes of a record batch as a log holds it (message format 2). The checksum is not computed. */
export function batchBytes(spec: BatchSpec): Buffer {
  const records = spec.deltas.map((delta) => recordBytes(delta, spec.marker));
  const payload = Buffer.concat(records);
  const bytes = Buffer.alloc(61 + payload.length);
  bytes.writeBigInt64BE(spec.baseOffset, 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(spec.magic ?? 2, 16);
  const transactional = spec.transactional || spec.marker !== undefined;
  const flags =
    (spec.logAppendTime === undefined ? 0 : 8) | (transactional ? 16 : 0) | (spec.marker === undefined ? 0 : 32);
  bytes.writeInt16BE(flags, 21);
  bytes.writeInt32BE(spec.lastOffsetDelta ?? spec.deltas.at(-1) ?? 0, 23);
  bytes.writeBigInt64BE(1_000n, 27);
  bytes.writeBigInt64BE(spec.logAppendTime ?? 1_000n, 35);
  bytes.writeBigInt64BE(spec.producerId ?? -1n, 43);
  bytes.writeInt32BE(records.length, 57);
  payload.copy(bytes, 61);
  return bytes;
}

function recordBytes(delta: number, marker: BatchSpec['marker']): Buffer {
  const key = marker === undefined ? Buffer.from(`k${delta}`) : Buffer.from([0, 0, 0, marker === 'abort' ? 0 : 1]);
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(delta * 3),
    varint(delta),
    varint(key.length),
    key,
    varint(-1),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value < 0 ? -value * 2 - 1 : value * 2;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
