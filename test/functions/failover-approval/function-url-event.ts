export interface UrlRequest {
  readonly method?: string;
  readonly path?: string;
  /** Of the address, without a question mark. */
  readonly query?: string;
  /** A form that was sent. Lambda hands forms over in base64: they are no text to it. */
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An event of a function URL, as the Lambda Developer Guide has it ("Invoking Lambda function URLs", request payload). */
export function functionUrlEvent({ method = 'GET', path = '/', query = '', form, headers = {} }: UrlRequest): object {
  const domainPrefix = 'abcdefghijklmnopqrstuvwxyz012345';
  const domainName = `${domainPrefix}.lambda-url.eu-central-1.on.aws`;
  const userAgent = 'Mozilla/5.0 (X11; Linux x86_64)';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: {
      'x-amzn-tls-version': 'TLSv1.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
      'x-forwarded-for': '192.0.2.7',
      accept: 'text/html',
      host: domainName,
      'user-agent': userAgent,
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(query !== '' && { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    requestContext: {
      accountId: 'anonymous',
      apiId: domainPrefix,
      domainName,
      domainPrefix,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent },
      requestId: '8e7a1c1e-0c8b-4d3f-9f7e-3f1f8a1f0c11',
      routeKey: '$default',
      stage: '$default',
      time: '22/Nov/2096:06:00:00 +0000',
      timeEpoch: 4_004_100_000_000,
    },
    ...(form !== undefined && { body: Buffer.from(String(new URLSearchParams(form))).toString('base64') }),
    isBase64Encoded: form !== undefined,
  };
}

/** What a browser sends with a form of the page: its hidden fields, and what a person has filled in. */
export function formOf(page: string, answer: string, filled: Readonly<Record<string, string>>): Record<string, string> {
  const forms = page.split('<form ').slice(1);
  const own = forms.find((one) => one.includes(`name="answer" value="${answer}"`)) ?? '';
  const fields = own.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return { ...Object.fromEntries([...fields].map(([, name, value]) => [name, value])), ...filled };
}
