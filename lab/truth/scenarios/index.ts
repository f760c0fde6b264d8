import type { LiveScenario } from '../live-scenario.ts';
import { activeActive } from './active-active.ts';
import { bothRecreated } from './both-recreated.ts';
import { brokerDown } from './broker-down.ts';
import { burstKilled } from './burst-killed.ts';
import { clockAhead } from './clock-ahead.ts';
import { compacted } from './compacted.ts';
import { compactedSince } from './compacted-since.ts';
import { offsetsAltered, offsetsLost } from './connect-offsets.ts';
import { coordinatorDown } from './coordinator-down.ts';
import { exactlyOnce } from './exactly-once.ts';
import { exactlyOnceLater } from './exactly-once-later.ts';
import { foreignWriter } from './foreign-writer.ts';
import { headerTransform } from './header-transform.ts';
import { silentHeartbeats, slowHeartbeats } from './heartbeats.ts';
import { identity } from './identity.ts';
import { liveGroup } from './live-group.ts';
import { millionRecords } from './million-records.ts';
import { mm2Killed } from './mm2-killed.ts';
import { mm2Stopped } from './mm2-stopped.ts';
import { neverStarted } from './never-started.ts';
import { oddGroupNames } from './odd-group-names.ts';
import { oldTimestamps } from './old-timestamps.ts';
import { openTransaction } from './open-transaction.ts';
import { otherGroups } from './other-groups.ts';
import { purged, purgedUnflushed } from './purged.ts';
import { recordsDeleted } from './records-deleted.ts';
import { remirrored } from './remirrored.ts';
import { rewoundGroup } from './rewound-group.ts';
import { sourceCut, sourceCutUnseen, sourceCutWhileDown } from './source-cut.ts';
import { sourceRecreated } from './source-recreated.ts';
import { sourceUnreachable } from './source-unreachable.ts';
import { steady } from './steady.ts';
import { syncsCompacted } from './syncs-compacted.ts';
import { syncsOnTarget } from './syncs-on-target.ts';
import { targetDeleted } from './target-deleted.ts';
import { targetExpired } from './target-expired.ts';
import { targetTruncated } from './target-truncated.ts';
import { threeFlows } from './three-flows.ts';
import { transactions, transactionsReadCommitted } from './transactions.ts';
import { uncleanElection } from './unclean-election.ts';

/** Every live scenario of `npm run truth`, in the order in which they are played. */
export const LIVE_SCENARIOS: readonly LiveScenario[] = [
  steady,
  mm2Stopped,
  mm2Killed,
  sourceRecreated,
  targetDeleted,
  recordsDeleted,
  transactions,
  transactionsReadCommitted,
  compacted,
  compactedSince,
  identity,
  syncsOnTarget,
  activeActive,
  exactlyOnce,
  foreignWriter,
  rewoundGroup,
  oddGroupNames,
  liveGroup,
  brokerDown,
  sourceUnreachable,
  neverStarted,
  bothRecreated,
  burstKilled,
  syncsCompacted,
  targetTruncated,
  millionRecords,
  sourceCut,
  sourceCutWhileDown,
  sourceCutUnseen,
  uncleanElection,
  targetExpired,
  remirrored,
  offsetsLost,
  offsetsAltered,
  openTransaction,
  purged,
  purgedUnflushed,
  silentHeartbeats,
  slowHeartbeats,
  oldTimestamps,
  coordinatorDown,
  clockAhead,
  headerTransform,
  otherGroups,
  exactlyOnceLater,
  threeFlows,
];
