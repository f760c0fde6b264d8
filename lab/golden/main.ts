import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { goldenOf, goldens } from './golden.ts';

// Writes down what audits of the recordings say now. Look at the difference before it is committed: each is a change of
// what an operator is told.
for (const { recording, file } of goldens()) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await goldenOf(recording));
  process.stdout.write(`${file}\n`);
}
