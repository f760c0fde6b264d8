import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { evidenceGoldens, pageOf } from '../../test/shared/failover/evidence/golden.ts';
import { goldenOf, goldens } from './golden.ts';

// Writes the goldens again from the present code. Review the difference before you commit it: each changed line is a
// changed answer to an operator.
for (const { recording, file } of goldens()) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await goldenOf(recording));
  process.stdout.write(`${file}\n`);
}
for (const { json, page } of evidenceGoldens()) {
  writeFileSync(page, pageOf(json));
  process.stdout.write(`${page}\n`);
}
