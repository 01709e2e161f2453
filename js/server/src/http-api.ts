// SPDX-License-Identifier: Apache-2.0
// The HTTP side: guest tokens, health, metrics, then the static files, all under the security headers.
import { isIPv4, isIPv6 } from 'node:net';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { z } from 'zod/v4';
import type { Hub } from './hub.js';
import type { Origins } from './origins.js';
import { isRoomName, nameSchema } from './protocol.js';
import { SfuProxy } from './sfu-proxy.js';
import { securityHeaders } from './security.js';
import { staticFiles } from './static-files.js';

const kMaxBodyBytes = 4096;

const fail = (response: Response, status: number, code: string, message: string): void => {
  response.status(status).json({ code, message });
};

const tokenRequest = z.object({ room: z.string(), name: nameSchema.optional() });

/** Loopback, link-local and private addresses. */
export function isLocalAddress(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (isIPv4(plain)) return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(plain);
  return isIPv6(plain) && /^(::1$|f[cd]|fe[89ab])/i.test(plain);
}

export function createHttpApi(hub: Hub, origins: Origins, sfuProxy?: SfuProxy): Express {
  const { settings } = hub;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', settings.trustProxy);
  app.use(...securityHeaders(settings));

  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store');
    response.status(hub.closing ? 503 : 200).json({ status: hub.closing ? 'closing' : 'ok' });
  });

  app.get('/metrics', async (request, response) => {
    const direct = request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined;
    const local = direct && isLocalAddress(request.socket.remoteAddress ?? '');
    if (settings.metrics === 'off' || (settings.metrics === 'local' && !local)) {
      fail(response, 404, 'not-found', 'There is nothing here.');
      return;
    }
    response.set('Cache-Control', 'no-store').type(hub.metrics.registry.contentType);
    response.send(await hub.metrics.registry.metrics());
  });

  if (sfuProxy) {
    // Not `app.use`: it would take the path away that tells what is asked for.
    app.use((request, response, next) => (SfuProxy.concerns(request.url) ? sfuProxy.handle(request, response) : next()));
  }

  const api = express.Router();
  api.use((request, response, next) => {
    response.set('Cache-Control', 'no-store').vary('Origin');
    const { origin } = request.headers;
    if (!origins.allows(request)) {
      fail(response, 403, 'origin-not-allowed', 'Pages of this origin may not use this server. Its operator can allow them.');
      return;
    }
    if (origin !== undefined && origins.listed(origin)) response.set('Access-Control-Allow-Origin', origin);
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    response.set({ 'Access-Control-Allow-Methods': 'POST', 'Access-Control-Allow-Headers': 'content-type', 'Access-Control-Max-Age': '600' });
    response.sendStatus(204);
  });
  api.use(
    rateLimit({
      windowMs: 60_000,
      limit: settings.tokenRequestsPerMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      validate: { xForwardedForHeader: false, forwardedHeader: false },
      handler: (_request, response) => fail(response, 429, 'rate-limited', 'Too many requests from this address. Try again in a minute.'),
    }),
  );
  api.post('/token', express.json({ limit: kMaxBodyBytes, strict: true }), async (request: Request, response: Response) => {
    if (!settings.openRooms) {
      fail(response, 403, 'token-required', 'This server gives no tokens to guests. Ask the site that invited you for one.');
      return;
    }
    if (hub.closing) {
      response.set('Retry-After', String(Math.ceil(settings.shutdownRetryAfterMs / 1000)));
      fail(response, 503, 'server-shutting-down', 'The server is restarting. Try again in a moment.');
      return;
    }
    const body = tokenRequest.safeParse(request.body);
    if (!body.success) {
      fail(response, 400, 'message-invalid', 'Send JSON like {"room":"standup","name":"Ana"} with content type application/json.');
    } else if (!isRoomName(body.data.room)) {
      fail(response, 400, 'room-name-invalid', 'A room name has 1 to 64 letters, digits, "-" or "_".');
    } else {
      response.json(await hub.guestToken(body.data.room));
    }
  });
  app.use('/api', api);
  app.use('/api', (_request, response) => fail(response, 404, 'not-found', 'There is nothing here.'));

  app.use(staticFiles(settings));
  app.use((_request, response) => fail(response, 404, 'not-found', 'There is nothing here.'));

  const onError: ErrorRequestHandler = (error: { status?: number; expose?: boolean }, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = error.status ?? 500;
    if (status >= 500) hub.log.error({ err: error }, 'request failed');
    if (status === 413) fail(response, 413, 'message-too-large', `The request may have at most ${kMaxBodyBytes} bytes.`);
    else if (status >= 400 && status < 500) fail(response, status, 'message-invalid', 'The request could not be understood.');
    else fail(response, 500, 'internal', 'The server failed to handle this request. Try again.');
  };
  app.use(onError);
  return app;
}
