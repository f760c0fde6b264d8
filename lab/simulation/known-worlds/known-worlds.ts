import { CUT_SOURCES } from './cut-sources.ts';
import { CUT_TARGETS } from './cut-targets.ts';
import type { KnownWorld } from './known-world.ts';
import { RECREATED_SOURCES } from './recreated-sources.ts';
import { RECREATED_TARGETS } from './recreated-targets.ts';
import { REGROWN_SOURCES } from './regrown-sources.ts';
import { RESTARTED_MIRRORS } from './restarted-mirrors.ts';
import { UNBROKEN_LOGS } from './unbroken-logs.ts';
import { UNSEEN_CUTS } from './unseen-cuts.ts';

/** The test suite and `npm run explore` replay each one. */
export const KNOWN_WORLDS: readonly KnownWorld[] = [
  ...CUT_SOURCES,
  ...CUT_TARGETS,
  ...RECREATED_SOURCES,
  ...RECREATED_TARGETS,
  ...REGROWN_SOURCES,
  ...RESTARTED_MIRRORS,
  ...UNBROKEN_LOGS,
  ...UNSEEN_CUTS,
];
