import { describeFamilies } from './finding-family.ts';
import { MISSING_FINDINGS } from './missing-findings.cases.ts';

describeFamilies(MISSING_FINDINGS);
