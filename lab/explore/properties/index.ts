import type { AsyncProperty } from '../async-property.ts';
import type { Property } from '../property.ts';
import { auditedAlong, auditedWithPairs } from './audited-along.ts';
import { columns } from './columns.ts';
import { decoders } from './decoders.ts';
import { frameChain, frameRenumbered } from './frames.ts';
import { mappingMerged, mappingThinned } from './mapping-run.ts';
import { partitionTruth } from './partition-truth.ts';
import { retention } from './retention.ts';
import { historiesInCommon, historyLikeArrays } from './sync-history.ts';
import { laterOffsets, standingElsewhere, translation } from './translation.ts';
import {
  verificationOfDifferent,
  verificationOfEqual,
  verificationOfStretches,
  verificationOfThrees,
} from './verification.ts';
import { wholeAudits } from './whole-audits.ts';

/** All properties of `npm run explore`. */
export const PROPERTIES: readonly (Property | AsyncProperty)[] = [
  translation,
  standingElsewhere,
  laterOffsets,
  auditedAlong,
  auditedWithPairs,
  verificationOfDifferent,
  verificationOfThrees,
  verificationOfStretches,
  verificationOfEqual,
  mappingMerged,
  mappingThinned,
  historyLikeArrays,
  historiesInCommon,
  frameChain,
  frameRenumbered,
  columns,
  retention,
  decoders,
  partitionTruth,
  wholeAudits,
];
