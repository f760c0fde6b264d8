import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, expect, test } from '@jest/globals';
import { startSealEndpoint } from '../../../../lab/seal-endpoint.ts';
import { createConnectMirrorControl } from '../../../../shared/adapters/connect-rest/connect-mirror-control.ts';
import { createHookLever } from '../../../../shared/adapters/hook/hook-lever.ts';
import { createAclFence } from '../../../../shared/adapters/kafka/fencing/acl-fence.ts';
import { createCanaryWriter } from '../../../../shared/adapters/kafka/fencing/canary-writer.ts';
import { createKmsEvidenceSigner } from '../../../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../../../shared/adapters/s3/s3-evidence-store.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';
import { renderEvidenceJson } from '../../../../shared/failover/evidence/evidence-json.ts';
import { renderEvidencePage } from '../../../../shared/failover/evidence/evidence-page.ts';
import type { StoredRun } from '../../../../shared/failover/run-entry-schema.ts';
import { sealEvidence } from '../../../../shared/failover/seal-evidence.ts';
import type { FailoverWorld } from '../../../../shared/failover/step.ts';
import { begin } from '../begin-run.ts';
import { FakeWorld } from '../failover-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRETS = {
  AUDITOR: 'swordfish-auditor',
  APP: 'swordfish-app',
  CONNECT: 'swordfish-connect',
  TOKEN: 'swordfish-hook',
  AWS: 'swordfish-aws',
};
const SPILLS = 'echo "403 for $TOKEN"; echo "403 for $TOKEN" >&2; exit 1';
const YAML = `
clusters:
  A: { bootstrapServers: "a:9092", sasl: { mechanism: PLAIN, username: auditor, password: { env: AUDITOR } } }
  B: { bootstrapServers: "b:9092", sasl: { mechanism: PLAIN, username: auditor, password: { env: AUDITOR } } }
flows:
  - flow: A->B
    connect: { url: "http://connect:8083", username: auditor, password: { env: CONNECT } }
    failover:
      mirrorControl: connect
      fence: { acl: { principals: ["User:app"], canary: { topic: orders, sasl: { mechanism: PLAIN, username: app, password: { env: APP } } } } }
      stopConsumers: { hook: { apply: [/bin/sh, -c, ${JSON.stringify(SPILLS)}], environment: [TOKEN] } }
`;

/** A world whose steps are described, and one carried out, by what the configuration with passwords makes. */
function configuredWorld(fake: ConfiguredWorld): FailoverWorld {
  const file = join(folder, 'tidemark.yaml');
  writeFileSync(file, YAML);
  const { config } = loadTidemarkYaml(file, SECRETS, { writers: true });
  const failover = config.failover?.get('A->B');
  const source = config.clusters.get('A');
  const [flow] = config.flows;
  const { fence, mirrorControl, stopConsumers } = failover ?? {};
  if (flow === undefined || source === undefined || fence?.kind !== 'acl' || mirrorControl?.kind !== 'connect') {
    throw new Error('the configuration is not as the test needs it');
  }
  if (fence.canary === null || stopConsumers == null) throw new Error('the configuration has no canary or hook');
  const world = fake.plainWorld();
  const real = createAclFence(source, fence);
  const canary = createCanaryWriter(fence.canary.connection, fence.canary.topic);
  const mirror = createConnectMirrorControl(mirrorControl.connection, flow);
  return {
    ...world,
    fence: { ...fake.fence(), describe: (topics) => real.describe(topics) },
    canary: { describe: () => canary.describe(), tryWrite: async () => ({ kind: 'refused', error: 'X' }) },
    mirror: { ...fake.mirror(), describe: () => mirror.describe() },
    stopConsumers: createHookLever(stopConsumers, 'A->B', 'stop-consumers'),
  };
}

class ConfiguredWorld extends FakeWorld {
  readonly plainWorld = () => super.world();

  override world(): FailoverWorld {
    return configuredWorld(this);
  }
}

/** What a seal writes, and what it says of it, as one text. */
async function everythingSealed(stored: StoredRun): Promise<string> {
  const endpoint = await startSealEndpoint();
  try {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRETS.AWS };
    const settings = { endpoint: endpoint.url, region: 'eu-central-1', credentials };
    const seal = await sealEvidence(stored, {
      store: createS3EvidenceStore(new S3Client(settings), 'evidence'),
      signer: createKmsEvidenceSigner(new KMSClient(settings), 'arn:aws:kms:eu-central-1:111122223333:key/0123'),
    });
    return [JSON.stringify(seal), ...[...endpoint.objects].flatMap(([path, bytes]) => [path, bytes.toString()])].join();
  } finally {
    await endpoint.close();
  }
}

test('no password of the configuration is in the evidence, also not one that a hook prints', async () => {
  const run = await begin(new ConfiguredWorld());
  expect(await run.run()).toMatchObject({ kind: 'failed', step: 'stop-consumers', code: 'HOOK_FAILED' });
  const stored = await run.stored();
  for (const text of [renderEvidenceJson(stored), renderEvidencePage(stored), await everythingSealed(stored)]) {
    // It is what the configuration does, and what its hook said.
    expect(text).toContain('connect:8083');
    expect(text).toContain('403 for ');
    for (const secret of Object.values(SECRETS)) {
      // What it does is printed with the name of the variable, and never with its value.
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    }
  }
});
