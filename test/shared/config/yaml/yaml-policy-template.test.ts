import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import { renderDraft } from '../../../../shared/config/draft/draft-yaml.ts';
import { draftFromMm2Properties } from '../../../../shared/config/draft/mm2-draft.ts';
import { draftFromStrimzi } from '../../../../shared/config/strimzi/strimzi.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';

const MM2 =
  'clusters=A, B\nA.bootstrap.servers=a:1\nB.bootstrap.servers=b:1\nA->B.enabled=true\nreplication.policy.class=com.example.Ours\nreplication.policy.separator=_\n';
const STRIMZI = `kind: KafkaMirrorMaker2
spec:
  target: { alias: B, bootstrapServers: "b.x:1" }
  mirrors:
    - source: { alias: A, bootstrapServers: "a.x:1" }
      sourceConnector: { config: { replication.policy.class: com.example.Ours, replication.policy.separator: _ } }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-template-'));
  writeFileSync(join(folder, 'mm2.properties'), MM2);
  writeFileSync(join(folder, 'mirror.yaml'), STRIMZI);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string) {
  const path = join(folder, 'tidemark.yaml');
  writeFileSync(path, text);
  return loadTidemarkYaml(path, {}).config.flows[0]?.policy;
}

function faultsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ key, message, remedy }) => `${key} ${message} → ${remedy}`);
  }
  return [];
}

const ours = (policy: string, mm2 = 'mm2.properties'): string =>
  `mm2: ${mm2}\nflows:\n  - { flow: A->B, replicationPolicy: ${policy} }\n`;

describe('a policy class that only its author knows', () => {
  test.each(['mm2.properties', 'mirror.yaml'])('GIVEN %s names one THEN tidemark.yaml can describe it', (mm2) => {
    expect(load(ours('{ kind: template, topic: "{source}-{topic}" }', mm2))).toEqual({
      kind: 'template',
      topic: '{source}-{topic}',
      heartbeats: '{source}-heartbeats',
      separator: '_',
      internalSeparator: '_',
    });
    expect(load(ours('{ kind: identity, separator: . }', mm2))).toEqual({
      kind: 'identity',
      separator: '.',
      internalSeparator: '.',
    });
  });

  test.each(['mm2.properties', 'mirror.yaml'])(
    'GIVEN nobody describes it THEN %s is refused, with the remedy',
    (mm2) => {
      for (const text of [`mm2: ${mm2}\n`, ours('{ separator: . }', mm2)]) {
        const [fault, ...more] = faultsOf(text);
        expect(fault).toContain('does not know how the policy "com.example.Ours" names topics');
        expect(fault).toContain('replicationPolicy: { kind: template, topic: "{source}-{topic}" }');
        expect(more).toEqual([]);
      }
    },
  );

  test.each([
    ['{ kind: template }', 'replicationPolicy.topic is missing'],
    ['{ kind: template, topic: "" }', 'replicationPolicy.topic needs {topic} exactly once'],
    ['{ kind: template, topic: "{source}" }', 'replicationPolicy.topic needs {topic} exactly once'],
    ['{ kind: template, topic: "{topic}{topic}" }', 'replicationPolicy.topic needs {topic} exactly once'],
    ['{ kind: template, topic: "{topic}" }', 'write kind: identity'],
    ['{ kind: template, topic: "{source}{source}{topic}" }', 'has {source} more than once'],
    ['{ kind: template, topic: "{source} {topic}" }', 'no topic’s name can have'],
    ['{ kind: template, topic: "{alias}-{topic}" }', 'no topic’s name can have'],
    ['{ kind: template, topic: CHANGE-ME }', 'is not filled in'],
    ['{ kind: template, topic: "x{topic}", heartbeats: heartbeats }', 'replicationPolicy.heartbeats is the name'],
    ['{ kind: template, topic: "x{topic}", heartbeats: "x{topic}" }', 'replicationPolicy.heartbeats has {topic}'],
    ['{ kind: identity, topic: "x{topic}" }', 'replicationPolicy.topic has no effect without kind: template'],
    ['{ kind: default, heartbeats: x }', 'replicationPolicy.heartbeats has no effect without kind: template'],
  ])('%s is a fault: %s', (policy, message) => {
    expect(faultsOf(ours(policy))).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['mm2.properties', draftFromMm2Properties],
    ['mirror.yaml', draftFromStrimzi],
  ])(
    'GIVEN %s THEN init leaves the template open, says so, and the draft loads once it is filled in',
    (name, draftFrom) => {
      const draft = draftFrom(join(folder, name));
      expect(draft.notes.map(({ message }) => message).join('\n')).toContain(
        'com.example.Ours" names topics: replace CHANGE-ME',
      );
      const text = renderDraft(draft);
      expect(faultsOf(text)).toEqual([expect.stringContaining('is not filled in')]);
      expect(load(text.replace(/topic: CHANGE-ME/, 'topic: "{source}-{topic}"'))).toEqual({
        kind: 'template',
        topic: '{source}-{topic}',
        heartbeats: '{source}-heartbeats',
        separator: '_',
        internalSeparator: '_',
      });
    },
  );
});
