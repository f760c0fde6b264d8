import { Socket } from 'node:net';
import type { StepName } from '../../../shared/domain/failover/step-name.ts';
import { stepsOf } from '../../../shared/failover/steps/index.ts';
import { type Order, POINTS_VARIABLE, type StepPoint } from './order.ts';

/*
 * Loaded into Tidemark's command line with `--import`: every step of a run reports to the drill before and after its work,
 * so that the drill can end the process exactly there. What the steps do is not changed.
 */

let fuse: { readonly api: number | null; left: number } | null = null;

const { write } = Socket.prototype;
Socket.prototype.write = function (this: Socket, ...args: Parameters<typeof write>) {
  const sent = write.apply(this, args);
  if (fuse !== null && isOf(fuse.api, args[0]) && --fuse.left <= 0) process.kill(process.pid, 'SIGKILL');
  return sent;
} as typeof write;

/** A request to Kafka begins with its length, and the key of its API. */
function isOf(api: number | null, data: unknown): boolean {
  return api === null || (Buffer.isBuffer(data) && data.length > 6 && data.readInt16BE(4) === api);
}

for (const step of new Set([...stepsOf('planned'), ...stepsOf('failback')])) {
  const { do: work, evidence } = step;
  const reporting: Pick<typeof step, 'do' | 'evidence'> = {
    async do(context, intent) {
      const order = await report(step.name, 'before');
      if (order.kind === 'die-at-request') fuse = { api: order.api, left: order.nth };
      await work(context, intent);
      if (order.kind === 'do-twice') await work(context, intent);
    },
    async evidence(context, intent) {
      const seen = await evidence(context, intent);
      // It has sent fewer requests: MirrorMaker itself may have put groups where they have to be.
      if (fuse !== null) process.kill(process.pid, 'SIGKILL');
      await report(step.name, 'after');
      return seen;
    },
  };
  Object.assign(step, reporting);
}

async function report(step: StepName, at: StepPoint): Promise<Order> {
  const response = await fetch(`${process.env[POINTS_VARIABLE]}/${step}/${at}`, { method: 'POST' });
  return (await response.json()) as Order;
}
