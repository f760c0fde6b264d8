import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../../../../../shared/adapters/kafka/connection/deadline.ts';
import { OauthToken } from '../../../../../shared/adapters/kafka/connection/oauth-token.ts';
import type { AwsIdentity } from '../../../../../shared/config/connection/kafka-connection.ts';
import { AuthenticationError } from '../../../../../shared/domain/model/errors.ts';

const ROLE = 'arn:aws:iam::123456789012:role/reader';
const ASSUMED = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
  <Credentials><AccessKeyId>ASIAOFTHEROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
  <Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials>
  <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/reader/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>
</AssumeRoleResult></AssumeRoleResponse>`;
const DENIED = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>
  <Message>User: hunter2 is not authorized</Message></Error></ErrorResponse>`;

/** Answers like STS, and keeps what it was asked. */
let sts: Server;
let answer: { readonly status: number; readonly body: string };
let asked: { readonly form: URLSearchParams; readonly authorization: string }[];
let folder: string;
const before = { ...process.env };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-aws-'));
  writeFileSync(join(folder, 'credentials'), '[dr]\naws_access_key_id=AKIAOFTHEPROFILE\naws_secret_access_key=s\n');
  writeFileSync(join(folder, 'config'), '');
  sts = createServer(async (request, response) => {
    asked.push({ form: new URLSearchParams(await text(request)), authorization: request.headers.authorization ?? '' });
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
  });
  await new Promise<void>((listening) => sts.listen(0, '127.0.0.1', listening));
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAOFTHEENVIRONMENT',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});
afterAll(() => {
  process.env = before;
  sts.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: ASSUMED };
});

/** Who signed a token, and for which Region. */
async function signedBy(identity: AwsIdentity | undefined): Promise<{ accessKey: string; region: string }> {
  const settings = { kind: 'aws-iam', mechanism: 'AWS_MSK_IAM', region: 'eu-west-1', identity } as const;
  const token = await new OauthToken('A', settings, new Deadline(20_000)).get();
  const url = new URL(Buffer.from(token, 'base64url').toString('utf8'));
  const [accessKey = '', , region = ''] = url.searchParams.get('X-Amz-Credential')?.split('/') ?? [];
  return { accessKey, region };
}

describe('the token for MSK', () => {
  test('without an identity the credentials of the environment sign', async () => {
    expect(await signedBy(undefined)).toEqual({ accessKey: 'AKIAOFTHEENVIRONMENT', region: 'eu-west-1' });
    expect(asked).toEqual([]);
  });

  test('a profile signs with its own credentials', async () => {
    const signed = await signedBy({ kind: 'profile', profile: 'dr' });
    expect(signed).toEqual({ accessKey: 'AKIAOFTHEPROFILE', region: 'eu-west-1' });
    expect(asked).toEqual([]);
  });

  test.each([
    [{}, { RoleSessionName: 'tidemark', ExternalId: null }, 'eu-west-1'],
    [
      { sessionName: 'audit', externalId: 'x-1', stsRegion: 'eu-west-3' },
      { RoleSessionName: 'audit', ExternalId: 'x-1' },
      'eu-west-3',
    ],
  ])('a role with %j is assumed through STS, and its credentials sign', async (settings, parameters, stsRegion) => {
    const signed = await signedBy({ kind: 'role', roleArn: ROLE, ...settings });
    expect(signed).toEqual({ accessKey: 'ASIAOFTHEROLE', region: 'eu-west-1' });
    expect(asked).toHaveLength(1);
    const { form, authorization = '' } = asked[0] ?? {};
    expect(form?.get('RoleArn')).toBe(ROLE);
    for (const [name, value] of Object.entries(parameters)) expect(form?.get(name) ?? null).toBe(value);
    expect(authorization).toContain('Credential=AKIAOFTHEENVIRONMENT/');
    expect(authorization).toContain(`/${stsRegion}/sts/aws4_request`);
  });

  test('GIVEN STS refuses THEN the error names the role and the permission, and nothing of the answer', async () => {
    answer = { status: 403, body: DENIED };
    const failure = await signedBy({ kind: 'role', roleArn: ROLE }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AuthenticationError);
    expect(failure).toMatchObject({
      message: `cluster A: AWS STS did not let Tidemark assume ${ROLE} (AccessDenied)`,
      remedy: expect.stringContaining('sts:AssumeRole'),
    });
    expect(String(failure)).not.toContain('hunter2');
  });

  test('GIVEN there is no such profile THEN the error names it, with the command that shows it', async () => {
    const failure = await signedBy({ kind: 'profile', profile: 'no one' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      message: expect.stringContaining('no AWS credentials in the profile "no one"'),
      remedy: "check it with: aws sts get-caller-identity --profile 'no one'",
    });
  });
});
