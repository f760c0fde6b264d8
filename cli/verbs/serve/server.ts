import { createServer, type IncomingMessage, type Server } from 'node:http';
import { UsageError } from '../../output/usage-error.ts';
import type { Access } from './access.ts';
import { type Answer, errorAnswer, send } from './answer.ts';
import { health } from './health.ts';
import { hostAndPort, type ListenAddress } from './listen-address.ts';
import { loginPage } from './page/login-page.ts';
import { PAGE_ROUTES } from './page-routes.ts';
import { readForm } from './read-form.ts';
import { API_ROUTES, type Route, type Served } from './routes.ts';

export interface ServerOptions {
  readonly served: Served;
  readonly access: Access;
  /** Called with a defect; the request gets status 500 without its text. */
  readonly failed: (error: unknown) => void;
  readonly patience?: Patience;
}

/** How long a client may take, in ms: slow ones would hold connections that others need. */
interface Patience {
  /** To send a request. */
  readonly request: number;
  /** Without sending or taking anything, also while an answer is made. */
  readonly silence: number;
}

const MOST_CONNECTIONS = 256;
const PATIENCE: Patience = { request: 10_000, silence: 60_000 };
/** Node looks for requests that take too long only every 30 s if it is not told otherwise. */
const LOOKS_PER_PATIENCE = 10;

/** An HTTP server that only reads: GET, HEAD, and the form of the token. */
export function createAuditServer(options: ServerOptions): Server {
  const { request: patience, silence } = options.patience ?? PATIENCE;
  const limits = {
    headersTimeout: patience,
    requestTimeout: patience,
    connectionsCheckingInterval: patience / LOOKS_PER_PATIENCE,
  };
  const server = createServer(limits, (request, response) => {
    // A reader that goes away is no error.
    response.on('error', () => undefined);
    void answerOf(request, options)
      .catch((error: unknown) => {
        options.failed(error);
        return errorAnswer(500, 'UNEXPECTED', 'an unexpected error: the log of tidemark serve has it');
      })
      .then((answer) => send(response, answer))
      .catch((error: unknown) => {
        options.failed(error);
        response.destroy();
      });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.timeout = silence;
  return server;
}

const ROUTES: ReadonlyMap<string, Route> = new Map(Object.entries({ ...PAGE_ROUTES, ...API_ROUTES }));

async function answerOf(request: IncomingMessage, { served, access }: ServerOptions): Promise<Answer> {
  const { method = '', headers } = request;
  const url = URL.parse(request.url ?? '', 'http://localhost');
  if (url === null) return errorAnswer(400, 'BAD_REQUEST', 'the path cannot be read');
  const { pathname, searchParams } = url;
  if (method === 'POST' && pathname === '/login') return login(await readForm(request), access);
  if (method !== 'GET' && method !== 'HEAD') return refuseMethod();
  if (pathname === '/healthz') return health(served.audits, served.now());
  const refusal = access.refusalOf(headers);
  if (refusal === 'host') return errorAnswer(403, 'WRONG_HOST', WRONG_HOST);
  if (refusal === 'token') return Object.hasOwn(PAGE_ROUTES, pathname) ? loginPage(false) : askForToken();
  const route = ROUTES.get(pathname);
  if (route === undefined)
    return errorAnswer(404, 'NO_SUCH_PATH', `there are /healthz, ${[...ROUTES.keys()].join(', ')}`);
  return await route(searchParams, served);
}

/** Begins a session of a browser, and leads it to the page. */
function login(form: URLSearchParams | null, access: Access): Answer {
  const cookie = access.login(form?.get('token') ?? '');
  if (cookie === null) return loginPage(true);
  return { status: 303, type: 'text/plain; charset=utf-8', body: '', headers: { Location: '/', 'Set-Cookie': cookie } };
}

const WRONG_HOST = 'without a token, this server answers only to localhost and 127.0.0.1; behind a proxy, set a token';

function refuseMethod(): Answer {
  return { ...errorAnswer(405, 'READ_ONLY', 'this server only reads: use GET'), headers: { Allow: 'GET, HEAD' } };
}

function askForToken(): Answer {
  const answer = errorAnswer(401, 'TOKEN_NEEDED', 'send the token: Authorization: Bearer TOKEN');
  return { ...answer, headers: { 'WWW-Authenticate': 'Bearer realm="tidemark"' } };
}

const REMEDIES: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EADDRINUSE: ['another process listens there', 'end it, or choose another port'],
  EADDRNOTAVAIL: ['this machine does not have that address', 'choose one that it has, or 127.0.0.1'],
  EACCES: ['this user may not listen there', 'choose a port from 1024 on'],
};

/** Resolves once it listens, with the address it got. @throws UsageError if it cannot */
export async function listen(server: Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const [why, remedy] = REMEDIES[error.code ?? ''] ?? [error.message, 'choose another address'];
      reject(new UsageError(`--listen ${hostAndPort({ host, port })}: ${why}`, remedy));
    });
    server.listen({ host, port }, () => {
      const bound = server.address();
      resolve({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port });
    });
  });
}
