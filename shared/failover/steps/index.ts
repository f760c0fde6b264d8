import type { RunMode } from '../../domain/failover/step-name.ts';
import type { Step } from '../step.ts';
import { catchUp } from './catch-up.ts';
import { cutConnections, stopConsumers, switchName } from './client-steps.ts';
import { drain } from './drain.ts';
import { fence } from './fence.ts';
import { liftSourceFence, liftTargetFence } from './lift-fences.ts';
import { placeForwardOffsets, placeOffsets } from './place-offsets.ts';
import { recordPoints } from './record-points.ts';
import { restoreGroups } from './restore-groups.ts';
import { startForward, startMirror } from './start-mirrors.ts';
import { stopMirror } from './stop-mirror.ts';
import { verify } from './verify.ts';

/** All steps of a failover in the order of `STEP_NAMES`. */
export const STEPS: readonly Step[] = [
  fence,
  drain,
  stopMirror,
  stopConsumers,
  recordPoints,
  restoreGroups,
  switchName,
  cutConnections,
  verify,
];

/** All steps of a failback in the order of `FAILBACK_STEP_NAMES`. */
const FAILBACK_STEPS: readonly Step[] = [
  placeOffsets,
  startMirror,
  catchUp,
  fence,
  drain,
  stopMirror,
  stopConsumers,
  recordPoints,
  restoreGroups,
  placeForwardOffsets,
  liftTargetFence,
  switchName,
  cutConnections,
  verify,
  liftSourceFence,
  startForward,
];

export function stepsOf(mode: RunMode): readonly Step[] {
  return mode === 'failback' ? FAILBACK_STEPS : STEPS;
}
