import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { parseFailoverStepEnvironment } from '../../functions/failover-step/environment.ts';
import { settingsSchema } from '../../infra/settings.ts';
import { DANGEROUS_STEPS } from '../../shared/domain/failover/step-name.ts';
import { stepsOf } from '../../shared/failover/steps/index.ts';
import { definitionOf } from './state-machine-definition.ts';
import { exampleSettings, synthesize } from './synthesize.ts';
import { synthesizeChecked } from './synthesize-checked.ts';

const hookPolicy = 'arn:aws:iam::111122223333:policy/switch-records';
const failover = {
  approvalSeconds: 900,
  approvalLink: false,
  secrets: {
    FENCER_PASSWORD: { secretsManager: 'tidemark/fencer', key: 'password', steps: ['fence' as const] },
    RESTORER_PASSWORD: { secretsManager: 'tidemark/restorer', steps: ['restore-groups' as const] },
  },
  names: {},
  policyArns: { 'switch-name': [hookPolicy] },
};
const vpc = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a'],
  privateSubnetIds: ['subnet-0123456789abcdef0'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};
const msk = 'arn:aws:kafka:eu-central-1:111122223333:cluster/prod/0123-4';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Statements of the policies whose logical ids begin so. */
function statementsOf(template: Template, prefix: string): Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(prefix))
    .flatMap(([, policy]): Statement[] => policy.Properties.PolicyDocument.Statement);
}

const actionsOf = (template: Template, prefix: string) =>
  [...new Set(statementsOf(template, prefix).flatMap(({ Action }) => Action))].sort();
const pascal = (step: string) => step.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('the failover in the stack', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize({ failover });
  });

  test('is off by default', () => {
    const off = synthesize();
    off.resourceCountIs('AWS::StepFunctions::StateMachine', 0);
    expect(JSON.stringify(off.findResources('AWS::Lambda::Function'))).not.toContain('ailover');
  });

  test('breaks no rule of cdk-nag, in a VPC and with MSK', () => {
    expect(() => synthesizeChecked({ failover, vpc, mskClusterArns: [msk] })).not.toThrow();
  });

  test('runs the steps in the order of the use case, and undoes them backwards', () => {
    const order = (machine: string, first: string) => {
      const { States } = definitionOf(template, machine);
      const found: string[] = [];
      for (let at: string | undefined = first; at !== undefined; at = States[at]?.Next) found.push(at);
      return found;
    };
    for (const [mode, run, undo] of [
      ['planned', 'FailoverRun', 'FailoverUndo'],
      ['failback', 'FailoverBackRun', 'FailoverBackUndo'],
    ] as const) {
      const names = stepsOf(mode).map(({ name }) => name);
      expect(order(run, 'Approve').slice(1, -3)).toEqual(names);
      const undone = names.toReversed().map((name) => `Undo ${name}`);
      expect(order(undo, 'Take the flow').slice(1, -3)).toEqual(undone);
    }
  });

  test('each step that changes something has a function of its own', () => {
    for (const [machine, mode] of [
      ['FailoverRun', 'planned'],
      ['FailoverBackRun', 'failback'],
    ] as const) {
      const { States } = definitionOf(template, machine);
      const steps = stepsOf(mode).filter(({ name }) => DANGEROUS_STEPS.has(name));
      const functions = steps.map(({ name }) => States[name]?.Parameters?.FunctionName);
      expect(new Set(functions).size).toBe(steps.length);
      expect(functions).not.toContain(States.Assess?.Parameters?.FunctionName);
    }
  });

  test('a step may read the secrets that are named for it, and gets no others', () => {
    const named = (prefix: string) => JSON.stringify(statementsOf(template, prefix).map(({ Resource }) => Resource));
    expect(named('FailoverStepFenceRole')).toContain('tidemark/fencer');
    expect(named('FailoverStepFenceRole')).not.toContain('tidemark/restorer');
    expect(named('FailoverStepRestoreGroupsRole')).toContain('tidemark/restorer');
    for (const id of ['Read', 'Drain', 'StopMirror', 'SwitchName']) {
      expect(named(`FailoverStep${id}Role`)).not.toMatch(/fencer|restorer/);
    }
    expect(named('AuditRole')).not.toMatch(/fencer|restorer/);
  });

  test('its functions accept the variables that the stack sets', () => {
    const lambdas = Object.entries(template.findResources('AWS::Lambda::Function'));
    const variablesOf = (prefix: string) => {
      const found = lambdas.find(([id]) => id.startsWith(prefix))?.[1].Properties.Environment.Variables;
      return parseFailoverStepEnvironment({ ...found, TIDEMARK_HISTORY_TABLE: 'table' });
    };
    const fence = variablesOf('FailoverStepFence');
    expect(fence.secrets.get('FENCER_PASSWORD')).toEqual({ secretsManager: 'tidemark/fencer', key: 'password' });
    expect(fence.withheldSecrets).toEqual(['RESTORER_PASSWORD']);
    expect(fence.approvalMs).toBe(900_000);
    expect(variablesOf('FailoverStepRead').withheldSecrets).toEqual(['FENCER_PASSWORD', 'RESTORER_PASSWORD']);
  });

  test('no function may delete anything from the table, and only groups are moved on MSK', () => {
    const placed = synthesize({ failover, mskClusterArns: [msk] });
    for (const step of ['Read', 'Drain', 'CatchUp', ...[...DANGEROUS_STEPS].map(pascal)]) {
      const actions = actionsOf(placed, `FailoverStep${step}`);
      expect([step, actions.filter((action) => /dynamodb:.*Delete|states:|kms:(?!Decrypt)/.test(action))]).toEqual([
        step,
        [],
      ]);
      const writes = actions.filter((action) => /kafka-cluster:(Alter|Delete|Write|Create)/.test(action));
      const moves = ['kafka-cluster:AlterGroup', 'kafka-cluster:DeleteGroup'];
      expect([step, writes]).toEqual([step, step === 'RestoreGroups' ? moves : []]);
    }
  });

  test('a policy for the hooks of a step is attached to its role alone', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    const having = roles.filter(([, { Properties }]) => JSON.stringify(Properties).includes(hookPolicy));
    expect(having.map(([id]) => id)).toEqual([expect.stringMatching(/^FailoverStepSwitchNameRole/)]);
  });

  test('the control function may answer the state machines that ask, and read and hold failovers, and nothing else', () => {
    const statements = statementsOf(template, 'FailoverControl');
    expect(actionsOf(template, 'FailoverControl')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'states:SendTaskFailure',
      'states:SendTaskSuccess',
    ]);
    const asking = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'))
      .filter((id) => /^Failover(Back)?Run/.test(id))
      .map((Ref) => ({ Ref }));
    const answered = statements.find(({ Action }) => Action.includes('states:SendTaskSuccess'))?.Resource;
    expect(answered).toEqual(expect.arrayContaining(asking));
    expect(answered).toHaveLength(2);
    expect(statements.find(({ Action }) => Action.includes('dynamodb:PutItem'))?.Condition).toEqual({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['failovers#*'] },
    });
  });

  test.each([
    [{}, { Days: 365, Mode: 'GOVERNANCE' }],
    [
      { retentionDays: 2_555, mode: 'compliance' },
      { Days: 2_555, Mode: 'COMPLIANCE' },
    ],
  ] as const)('evidence %j is kept where nobody replaces it', (evidence, DefaultRetention) => {
    const sealing = synthesizeChecked({ failover: settingsSchema.shape.failover.parse({ evidence }) });
    sealing.hasResource('AWS::S3::Bucket', {
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    const refused = Object.values(sealing.findResources('AWS::S3::BucketPolicy'))
      .flatMap(({ Properties }): Statement[] => Properties.PolicyDocument.Statement)
      .map(({ Condition }) => Condition);
    expect(refused).toEqual(
      expect.arrayContaining([
        { Bool: { 'aws:SecureTransport': 'false' } },
        { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      ]),
    );
    sealing.hasResource('AWS::KMS::Key', {
      Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      DeletionPolicy: 'Retain',
    });
  });

  test('only the function that seals may store evidence and sign, and it can do nothing else', () => {
    template.resourceCountIs('AWS::S3::Bucket', 0);
    const sealing = synthesize({ failover: { ...failover, evidence: { retentionDays: 1, mode: 'governance' } } });
    expect(actionsOf(sealing, 'FailoverSeal')).toEqual([
      'dynamodb:Query',
      'kms:GetPublicKey',
      'kms:Sign',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:GetObjectRetention',
      's3:PutObject',
    ]);
    expect(statementsOf(sealing, 'FailoverSeal')).toContainEqual(
      expect.objectContaining({
        Action: 'kms:Sign',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^FailoverEvidenceKey/), 'Arn'] },
        Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' } },
      }),
    );
    const others = actionsOf(sealing, '').filter((action) => /^s3:|^kms:(Sign|GetPublicKey)/.test(action));
    expect(others).toEqual(actionsOf(sealing, 'FailoverSeal').filter((action) => /^s3:|^kms:/.test(action)));
    const holders = Object.keys(sealing.findResources('AWS::IAM::Policy')).filter((id) =>
      actionsOf(sealing, id).some((action) => /^s3:/.test(action)),
    );
    expect(holders).toEqual([expect.stringMatching(/^FailoverSealRole/)]);
  });

  test('nothing starts it by itself, and its log has no data of executions', () => {
    const triggers = JSON.stringify([
      template.findResources('AWS::Events::Rule'),
      template.findResources('AWS::Scheduler::Schedule'),
      template.findResources('AWS::CloudWatch::Alarm'),
    ]);
    expect(triggers).not.toContain('Failover');
    for (const { Properties } of Object.values(template.findResources('AWS::StepFunctions::StateMachine'))) {
      expect(Properties.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false, Level: 'ALL' });
    }
  });

  test.each([
    ['a step that changes nothing', { secrets: { X: { secretsManager: 'x', steps: ['drain'] } } }],
    ['no step', { secrets: { X: { secretsManager: 'x', steps: [] } } }],
    ['an approval of a second', { approvalSeconds: 1 }],
    ['an unknown key', { automatic: true }],
    ['evidence that is kept for no day', { evidence: { retentionDays: 0 } }],
    ['an unknown mode of Object Lock', { evidence: { mode: 'off' } }],
  ])('settings with %s are refused', (_, wrong) => {
    const settings = { ...exampleSettings, failover: wrong };
    expect(settingsSchema.safeParse(settings).success).toBe(false);
  });
});
