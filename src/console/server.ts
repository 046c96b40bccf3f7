/** The console: HTTP on loopback, reading only. Works over an open store and over another process's socket alike. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Failure } from '../base/failure.ts';
import type { Answers } from '../store/question.ts';
import { type Asset, loadAssets } from './assets.ts';
import * as endpoints from './endpoints.ts';
import { type Endpoint, readParameters } from './endpoints.ts';
import { hostNameOf, isOwnHost, securityHeaders } from './guard.ts';
import type { View } from './html.ts';
import { beginInquiry, type ConsoleOptions, giveUpWith } from './inquiry.ts';
import { type Page, renderFault, renderPage } from './layout.ts';
import { chooseLanguage, speak } from './messages.ts';
import { openApiDocument } from './openApi.ts';
import { capturesPage, explanationsPage, healthPage } from './pages/box.ts';
import { destinationPage } from './pages/destination.ts';
import { hostPage } from './pages/host.ts';
import { hostsPage } from './pages/hosts.ts';
import { overviewPage } from './pages/overview.ts';
import { eventsPage, flowsPage, minutesPage } from './pages/rows.ts';
import { Turnstile } from './turnstile.ts';

export interface RunningConsole {
  /** Where it listens, such as `http://127.0.0.1:8420`. */
  readonly url: string;
  close(): Promise<void>;
}

type Environment = { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } };
type Request = Context<Environment>;

/** @param answers an open store, a `StoreVisitor`, or a client of the process that holds it; stays the caller's */
export async function startConsole(answers: Answers, options: ConsoleOptions, signal?: AbortSignal): Promise<RunningConsole> {
  const app = consoleApp(answers, options, loadAssets());
  const { host, port } = options.listen;
  const server = serve({ fetch: app.fetch, hostname: host, port, autoCleanupIncoming: false });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause) =>
      reject(
        new Failure(
          'CONSOLE_LISTEN',
          `the console cannot listen on ${host}:${port}: ${(cause as Error).message}`,
          'stop the other program or choose another address with --listen or console.listen',
          { cause },
        ),
      ),
    );
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= new Promise((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
    return closing;
  };
  signal?.addEventListener('abort', () => void close(), { once: true });
  return { url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`, close };
}

/** Questions at once, and those that wait; who comes then is told to come again. */
const [atOnce, waiting] = [4, 64];
const longestUrl = 8192;

function consoleApp(answers: Answers, options: ConsoleOptions, assets: ReadonlyMap<string, Asset>): Hono<Environment> {
  const app = new Hono<Environment>();
  const turnstile = new Turnstile(atOnce, waiting);
  const document = openApiDocument(options.version);

  app.use(async (context, next) => {
    for (const [name, value] of securityHeaders) context.header(name, value);
    const isApi = context.req.path.startsWith('/api/');
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD') {
      context.header('Allow', 'GET, HEAD');
      return fault(context, isApi, 405, 'METHOD', 'the console reads only', 'ask with GET');
    }
    // Another site's name that points here (DNS rebinding) must not read what the box knows.
    if (!isOwnHost(hostNameOf(context.req.header('host')), options.listen.host))
      return fault(context, isApi, 421, 'HOST', 'this console goes by another name', 'use the address that it was started with');
    if (context.req.url.length > longestUrl) return fault(context, isApi, 414, 'ADDRESS', 'the address is too long', 'ask for less');
    return next();
  });

  app.get('/assets/:name', (context) => {
    const asset = assets.get(context.req.param('name'));
    if (!asset) return fault(context, false, 404, 'NOT_FOUND', 'there is no such file', 'go back to the overview');
    context.header('Cache-Control', 'no-cache');
    return context.body(asset.content, 200, { 'Content-Type': asset.type });
  });
  app.get('/favicon.ico', (context) => context.redirect('/assets/icon.svg'));
  app.get('/api/v1/openapi.json', (context) => context.json(document));

  /** Asks while the asker is there. */
  const ask = async (
    context: Request,
    isApi: boolean,
    endpoint: Endpoint,
    draw: (view: View, answer: never) => Page | Promise<Page>,
  ): Promise<Response> => {
    const url = new URL(context.req.url);
    const read = readParameters(endpoint.parameters, context.req.param() as Record<string, string>, url.searchParams);
    if ('fault' in read) return fault(context, isApi, 400, 'PARAMETER', read.fault, 'see /api/v1/openapi.json');
    const gone = new AbortController();
    context.env.outgoing.once('close', () => gone.abort());
    const release = await turnstile.enter(gone.signal);
    if (!release) return fault(context, isApi, 503, 'BUSY', 'too many questions at once', 'ask again in a moment');
    try {
      const inquiry = await beginInquiry(giveUpWith(answers, gone.signal), options, read.parameters);
      if ('fault' in inquiry) return fault(context, isApi, 400, 'PARAMETER', inquiry.fault, 'turn them round');
      const answer = await endpoint.tell(inquiry, read.parameters);
      if (answer === undefined) return fault(context, isApi, 404, 'NOT_FOUND', 'there is no such thing', 'it may have been derived anew');
      if (isApi) return context.json(answer as object);
      const language = chooseLanguage(url.searchParams.get('lang') ?? undefined, context.req.header('accept-language'));
      const view = { inquiry, say: speak(language), language, url };
      return context.html(renderPage(view, await draw(view, answer as never)));
    } catch (error) {
      if (gone.signal.aborted) return context.body(null, 499 as 400);
      if (error instanceof Failure) return fault(context, isApi, 503, error.code, error.message, error.advice);
      throw error;
    } finally {
      release();
    }
  };

  const neverDrawn = () => {
    throw new Error('unreachable: an answer of the API is no page');
  };
  for (const endpoint of endpoints.endpoints) app.get(`/api/v1${endpoint.path}`, (context) => ask(context, true, endpoint, neverDrawn));

  const pages: readonly (readonly [string, unknown, (view: View, answer: never) => Page | Promise<Page>])[] = [
    ['/', endpoints.overview, overviewPage],
    ['/hosts', endpoints.hosts, hostsPage],
    ['/hosts/:mac', endpoints.host, drawHost],
    ['/destinations/:id', endpoints.destination, destinationPage],
    ['/minutes', endpoints.minutes, minutesPage],
    ['/flows', endpoints.flows, flowsPage],
    ['/events', endpoints.events, eventsPage],
    ['/captures', endpoints.captures, capturesPage],
    ['/explanations', endpoints.explanations, explanationsPage],
    ['/health', endpoints.health, healthPage],
  ];
  for (const [path, endpoint, draw] of pages) app.get(path, (context) => ask(context, false, endpoint as Endpoint, draw));

  app.notFound((context) =>
    fault(context, context.req.path.startsWith('/api/'), 404, 'NOT_FOUND', 'there is no such page', 'go back to the overview'),
  );
  app.onError((error, context) => {
    process.stderr.write(
      `yoban: the console failed at ${JSON.stringify(context.req.path.slice(0, 200))}: ${error.stack ?? error.message}\n`,
    );
    return fault(
      context,
      context.req.path.startsWith('/api/'),
      500,
      'MISTAKE',
      'this is a mistake of Yoban’s own',
      'please report it with the address that led to it',
    );
  });
  return app;
}

async function drawHost(view: View, answer: never): Promise<Page> {
  const host = answer as Parameters<typeof hostPage>[1];
  const curve = await endpoints.curve.tell(view.inquiry, { mac: host.mac ?? '' });
  if (!curve) throw new Error('unreachable: a host that is known has a curve');
  return hostPage(view, host, curve);
}

type FaultStatus = 400 | 404 | 405 | 414 | 421 | 500 | 503;

function fault(context: Context, isApi: boolean, status: FaultStatus, code: string, message: string, advice: string): Response {
  if (isApi) return context.json({ error: { code, message, advice } }, status);
  const language = chooseLanguage(new URL(context.req.url).searchParams.get('lang') ?? undefined, context.req.header('accept-language'));
  const say = speak(language);
  const title = status === 404 ? say('notFound') : status === 503 ? say(code === 'BUSY' ? 'busy' : 'unreachable') : say('badRequest');
  return context.html(renderFault(language, title, status === 404 ? say('notFoundText') : `${message}; ${advice}`), status);
}
