import { describeFamilies } from './finding-family.ts';
import { FLOW_FINDINGS } from './flow-findings.cases.ts';

describeFamilies(FLOW_FINDINGS);
