import { describeFamilies } from './finding-family.ts';
import { GROUP_FINDINGS } from './group-findings.cases.ts';

describeFamilies(GROUP_FINDINGS);
