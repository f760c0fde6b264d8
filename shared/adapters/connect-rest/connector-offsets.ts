import * as z from 'zod';
import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import type { MirrorEnd } from '../../ports.ts';
import { ConnectFailure } from './connect-failure.ts';
import { requestJson } from './request-json.ts';

/** `GET /connectors/NAME/offsets` of a MirrorSourceConnector (Kafka 3.6 or later). */
const offsets = z.object({
  offsets: z.array(
    z.object({
      partition: z.object({ cluster: z.string(), topic: z.string(), partition: z.int().nonnegative() }),
      offset: z.object({ offset: z.int() }).nullable(),
    }),
  ),
});

/** What a MirrorSourceConnector has committed of the source with this alias. @throws ConnectFailure */
export async function readOffsets(
  connection: ConnectConnection,
  connector: string,
  source: string,
  signal: AbortSignal,
): Promise<readonly MirrorEnd[]> {
  const parsed = offsets.safeParse(await requestJson(connection, offsetsPath(connector), signal));
  if (!parsed.success) throw ConnectFailure.malformed('has no offsets of a MirrorSourceConnector');
  return parsed.data.offsets.flatMap(({ partition: { cluster, topic, partition }, offset }) =>
    cluster !== source || offset === null ? [] : [{ topic, partition, lastMirrored: BigInt(offset.offset) }],
  );
}

export function offsetsPath(connector: string): string {
  return `/connectors/${encodeURIComponent(connector)}/offsets`;
}
