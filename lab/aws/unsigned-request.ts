import { CREDENTIALS, REGION } from './moto.ts';

/**
 * Asks moto for what no client in this repository asks AWS for. moto takes the service from the scope of the credentials, and
 * checks no signature.
 */
function authorization(service: string): string {
  const scope = `${CREDENTIALS.accessKeyId}/20260101/${REGION}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}

/** A request of the Query protocol. @returns the XML of the answer @throws Error with the answer if it was refused */
export async function query(
  url: string,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: authorization(service) },
    body: new URLSearchParams({ Version: '2010-05-15', ...parameters }),
  });
  return await textOf(response, parameters.Action ?? service);
}

/** A request of the JSON 1.0 protocol. @param target `AmazonSQS.ReceiveMessage` */
export async function jsonCall(url: string, service: string, target: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: authorization(service),
      'x-amz-target': target,
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify(body),
  });
  return JSON.parse(await textOf(response, target));
}

/** Stores an object in a bucket, which is made if there is none. */
export async function putObject(url: string, bucket: string, key: string, content: Uint8Array): Promise<void> {
  const headers = { authorization: authorization('s3') };
  const location = `<CreateBucketConfiguration><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`;
  await fetch(`${url}/${bucket}`, { method: 'PUT', headers, body: location });
  const response = await fetch(`${url}/${bucket}/${key}`, { method: 'PUT', headers, body: Buffer.from(content) });
  await textOf(response, `the object ${key}`);
}

async function textOf(response: Response, what: string): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: ${response.status} ${text.slice(0, 400)}`);
  return text;
}
