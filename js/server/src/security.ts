// SPDX-License-Identifier: Apache-2.0
// Security headers of every answer: a strict content security policy, and the permissions a call needs.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { ResolvedOptions } from './options.js';
import { requestHost } from './origins.js';

/** What the pages may ask the browser for; everything else a call has no use for is denied. */
const permissionsPolicy = [
  'camera=(self)',
  'microphone=(self)',
  'display-capture=(self)',
  'autoplay=(self)',
  'fullscreen=(self)',
  'picture-in-picture=(self)',
  'screen-wake-lock=(self)',
  'speaker-selection=(self)',
  'geolocation=()',
  'payment=()',
  'usb=()',
].join(', ');

/** What pages have to be let connect with to reach the media server. LiveKit's client speaks HTTP with it, too. */
function sfuOrigins(sfu: ResolvedOptions['sfu']): string[] {
  if (!sfu || sfu.throughServer) return [];
  const { origin } = new URL(sfu.url);
  return sfu.kind === 'livekit' ? [origin, origin.replace(/^ws/, 'http')] : [origin];
}

export function securityHeaders(options: Pick<ResolvedOptions, 'frameAncestors' | 'trustProxy' | 'allowedOrigins' | 'sfu'>): RequestHandler[] {
  const sameFrame = options.frameAncestors.length === 1 && options.frameAncestors[0] === "'self'";
  // 'self' does not cover ws: and wss: in every supported browser (CSP level 2 matched schemes strictly).
  const sockets = (request: IncomingMessage): string => {
    const host = requestHost(request, options.trustProxy);
    return host === '' ? "'self'" : `ws://${host} wss://${host}`;
  };
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
          scriptSrcAttr: ["'none'"],
          styleSrc: ["'self'"],
          connectSrc: ["'self'", sockets, ...sfuOrigins(options.sfu)],
          mediaSrc: ["'self'", 'blob:'],
          imgSrc: ["'self'", 'data:', 'blob:'],
          fontSrc: ["'self'"],
          workerSrc: ["'self'"],
          manifestSrc: ["'self'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: options.frameAncestors,
        },
      },
      xFrameOptions: sameFrame ? { action: 'sameorigin' } : false,
      // Allowed sites may load the engine's files from here; nobody else.
      crossOriginResourcePolicy: { policy: options.allowedOrigins.length > 0 ? 'cross-origin' : 'same-origin' },
      // Left to the reverse proxy: pinning localhost or an address of the local network to https breaks other servers there.
      strictTransportSecurity: false,
    }),
    (_request, response, next) => {
      response.setHeader('Permissions-Policy', permissionsPolicy);
      next();
    },
  ];
}
