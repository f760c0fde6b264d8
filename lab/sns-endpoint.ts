import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

/** A request of Publish (SNS API reference): a subject has at most 100 printable ASCII characters. */
const requestSchema = z.object({
  Action: z.literal('Publish'),
  TopicArn: z.string().min(1),
  Subject: z.string().regex(/^[\x21-\x7e][\x20-\x7e]{0,99}$/),
  Message: z.string().min(1).max(262_144),
  MessageStructure: z.literal('json').optional(),
});
/** With the structure `json`: one message for each protocol, and one for all others. */
const structureSchema = z.object({ default: z.string().min(1), email: z.string().min(1) });

export interface PublishedMessage {
  readonly topic: string;
  readonly subject: string;
  /** As a mail has it. */
  readonly message: string;
  /** What all others get, if that is something else. */
  readonly json?: string;
}

export interface SnsEndpoint {
  /** For `AWS_ENDPOINT_URL_SNS`. */
  readonly url: string;
  /** All messages since the last call, in order. */
  take(): readonly PublishedMessage[];
  close(): Promise<void>;
}

/** Serves Publish of SNS (AWS Query) on the loopback. */
export async function startSnsEndpoint(): Promise<SnsEndpoint> {
  let messages: PublishedMessage[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fields = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      const parsed = requestSchema.safeParse(fields);
      const answer = (status: number, body: string) =>
        response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
      if (!parsed.success) {
        const error = '<Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>on Publish</Message></Error>';
        return answer(400, `<ErrorResponse>${error}</ErrorResponse>`);
      }
      const { TopicArn, Subject, Message, MessageStructure } = parsed.data;
      const sent = { topic: TopicArn, subject: Subject };
      if (MessageStructure === undefined) messages.push({ ...sent, message: Message });
      else {
        const { default: json, email } = structureSchema.parse(JSON.parse(Message));
        messages.push({ ...sent, message: email, json });
      }
      return answer(200, '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = messages;
      messages = [];
      return taken;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}
