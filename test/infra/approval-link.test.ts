import { beforeAll, describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { parsePageEnvironment } from '../../functions/failover-approval/environment.ts';
import { parseAskEnvironment } from '../../functions/failover-ask/environment.ts';
import { deployedVariables } from './deployed-variables.ts';
import { definitionOf } from './state-machine-definition.ts';
import { synthesize } from './synthesize.ts';
import { synthesizeChecked } from './synthesize-checked.ts';

const failover = { approvalSeconds: 900, approvalLink: true, secrets: {}, names: {}, policyArns: {} };
const pages = {
  severity: 'critical',
  slack: { secretsManager: 'tidemark/slack' },
  webhook: { secretsManager: 'tidemark/webhook', key: 'url' },
  email: false,
} as const;

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function statementsOf(template: Template, prefix: string): Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(prefix))
    .flatMap(([, policy]): Statement[] => policy.Properties.PolicyDocument.Statement);
}

const actionsOf = (template: Template, ...prefixes: string[]) =>
  [...new Set(prefixes.flatMap((one) => statementsOf(template, one)).flatMap(({ Action }) => Action))].sort();

describe('links that approve, in the stack', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize({ failover, pages });
  });

  test('without the setting nothing is on the Internet, and no key exists', () => {
    const off = synthesize({ failover: { ...failover, approvalLink: false }, pages });
    off.resourceCountIs('AWS::Lambda::Url', 0);
    off.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(Object.keys(off.findResources('AWS::Lambda::Function')).join()).not.toContain('FailoverLink');
    expect(definitionOf(off, 'FailoverRun').States).toHaveProperty('Say that it waits for an approval');
  });

  test('breaks no rule of cdk-nag', () => {
    expect(() => synthesizeChecked({ failover, pages })).not.toThrow();
  });

  test('only the page is on the Internet, only by its URL, and few requests at once reach it', () => {
    template.resourceCountIs('AWS::Lambda::Url', 1);
    template.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'NONE',
      Cors: Match.absent(),
      TargetFunctionArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^FailoverLinkPage'), 'Arn'] },
    });
    const everybody = Object.values(template.findResources('AWS::Lambda::Permission'))
      .map(({ Properties }) => Properties)
      .filter(({ Principal }) => Principal === '*');
    const here = { 'Fn::GetAtt': [expect.stringMatching(/^FailoverLinkPage/), 'Arn'] };
    expect(everybody).toEqual(
      expect.arrayContaining([
        { Action: 'lambda:InvokeFunctionUrl', FunctionName: here, FunctionUrlAuthType: 'NONE', Principal: '*' },
        { Action: 'lambda:InvokeFunction', FunctionName: here, InvokedViaFunctionUrl: true, Principal: '*' },
      ]),
    );
    expect(everybody).toHaveLength(2);
    const [page] = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) =>
      id.startsWith('FailoverLinkPage'),
    );
    expect(page?.[1].Properties).toMatchObject({ ReservedConcurrentExecutions: 2, Timeout: 30 });
    expect(page?.[1].Properties).not.toHaveProperty('VpcConfig');
  });

  test('the page may answer the state machines that ask, read failovers, and write answers: nothing else', () => {
    expect(actionsOf(template, 'FailoverLinkPage', 'FailoverLinkAnswers')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'states:SendTaskFailure',
      'states:SendTaskSuccess',
    ]);
    const [answers] = statementsOf(template, 'FailoverLinkAnswers');
    const asking = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'))
      .filter((id) => /^Failover(Back)?Run/.test(id))
      .map((Ref) => ({ Ref }));
    expect(answers?.Resource).toEqual(expect.arrayContaining(asking));
    expect(answers?.Resource).toHaveLength(2);
  });

  test.each(['FailoverLinkPage', 'FailoverLinkAsk'])('%s writes approvals, and no evidence and no lock', (prefix) => {
    const writes = statementsOf(template, prefix).filter(({ Action }) => Action === 'dynamodb:PutItem');
    expect(writes.map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['failovers#approval#*'] } },
    ]);
  });

  test('the function that asks may not answer, and reads the URLs of webhooks', () => {
    expect(actionsOf(template, 'FailoverLinkAsk')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sns:Publish',
    ]);
    const read = JSON.stringify(statementsOf(template, 'FailoverLinkAsk').map(({ Resource }) => Resource));
    expect(read).toContain('tidemark/slack');
    expect(read).toContain('tidemark/webhook');
    expect(JSON.stringify(statementsOf(template, 'FailoverLinkPage'))).not.toContain('tidemark/');
  });

  test('the state machines of failovers and failbacks wait by the function that asks', () => {
    for (const machine of ['FailoverRun', 'FailoverBackRun']) {
      const { States } = definitionOf(template, machine);
      expect(States['Wait for the approval']?.Parameters?.FunctionName).toMatch(/:FailoverLinkAsk/);
      expect(States).not.toHaveProperty('Say that it waits for an approval');
    }
  });

  test('its functions accept the variables that the stack sets, and none has the key', () => {
    const ask = deployedVariables(template, 'FailoverLinkAsk');
    const page = deployedVariables(template, 'FailoverLinkPage');
    expect(parseAskEnvironment(ask)).toMatchObject({
      deployment: 'example',
      secrets: pages.slack && { slack: pages.slack },
    });
    expect(parsePageEnvironment(page).key).toBe(parseAskEnvironment(ask).key);
    template.hasResourceProperties('AWS::SecretsManager::Secret', { SecretString: Match.absent() });
  });
});
