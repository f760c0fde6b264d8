import { describeFamilies } from './finding-family.ts';
import { TOPIC_FINDINGS } from './topic-findings.cases.ts';

describeFamilies(TOPIC_FINDINGS);
