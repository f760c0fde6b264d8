import { describeFamilies } from './finding-family.ts';
import { RECREATION_FINDINGS } from './recreation-findings.cases.ts';

describeFamilies(RECREATION_FINDINGS);
