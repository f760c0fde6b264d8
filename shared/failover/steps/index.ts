import type { Step } from '../step.ts';
import { cutConnections, stopConsumers, switchName } from './client-steps.ts';
import { drain } from './drain.ts';
import { fence } from './fence.ts';
import { recordPoints } from './record-points.ts';
import { restoreGroups } from './restore-groups.ts';
import { stopMirror } from './stop-mirror.ts';
import { verify } from './verify.ts';

/** All steps in the order of `STEP_NAMES`. */
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
