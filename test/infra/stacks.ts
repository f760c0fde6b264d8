import type { AlarmLimit } from '../../shared/contract/alarms.ts';

/** Another value for each limit of an alarm. */
export const LIMITS: Readonly<Record<AlarmLimit, number>> = {
  maxLagRecords: 11,
  maxLossSeconds: 12,
  maxLossRecords: 13,
  maxUnknownPercent: 14,
  maxGroupsRereading: 15,
  maxGroupsUntranslatable: 16,
  maxCheckpointFindings: 17,
  maxMappingAgeSeconds: 18,
  maxCheckpointAgeSeconds: 19,
  maxAuditSeconds: 20,
};

export const HOSTILE_FLOWS = [
  'east->west',
  'öst->west',
  'o%CC%88st->west',
  'ost%1->west',
  'ost%251->west',
  'a/b->c',
  'a--b->c',
  'a%2Fb->c',
  ' a -> b ',
  'a")b->c',
  'a\n->\u0000b',
  '東京->大阪',
  '🦊->🐇',
  `${'x'.repeat(300)}->b`,
  `${'x'.repeat(300)}->c`,
] as const;

/** More flows than a stack has room for if each has all of its alarms. */
export const MANY_FLOWS = Array.from({ length: 300 }, (_, index) => `plant-${index}->centre`);
