import { describeFamilies } from './finding-family.ts';
import { WORKER_FINDINGS } from './worker-findings.cases.ts';

describeFamilies(WORKER_FINDINGS);
