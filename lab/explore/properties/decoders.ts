import fc from 'fast-check';
import { MalformedRecordError } from '../../../shared/domain/mirror/records/byte-reader.ts';
import { decodeCheckpoint } from '../../../shared/domain/mirror/records/checkpoint.ts';
import { decodeConnectOffset } from '../../../shared/domain/mirror/records/connect-offset.ts';
import { decodeHeartbeat } from '../../../shared/domain/mirror/records/heartbeat.ts';
import { decodeOffsetSync } from '../../../shared/domain/mirror/records/offset-sync.ts';
import { property } from '../property.ts';

const bytes = fc.uint8Array({ maxLength: 60 });

/** For any bytes, the decoders of MM2's records return a record or throw `MalformedRecordError`. */
export const decoders = property({
  name: 'decoders',
  values: fc.tuple(bytes, bytes),
  holds: ([key, value]) => {
    for (const decode of [decodeOffsetSync, decodeCheckpoint, decodeHeartbeat, decodeConnectOffset]) {
      try {
        decode(Buffer.from(key), Buffer.from(value));
      } catch (error) {
        if (!(error instanceof MalformedRecordError)) throw error;
      }
    }
  },
});
