import http from 'node:http';
import https from 'node:https';
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { ClientRequest } from 'node:http';
import { InvalidSettingError } from './errors/invalid-setting-error';

/** Sockets that one client opens at most, of each kind; more requests wait for a free one. */
const MAX_SOCKETS = 16;

/** The connections of one client. */
export interface Agents {
  /** For reads: connections are kept and used again. */
  readonly kept: http.Agent;
  /**
   * For actions: a connection of their own. A kept one may be closed by the server just as the request is written, and
   * the reset would leave open whether the action happened.
   */
  readonly fresh: http.Agent;
}

/**
 * Makes the agents for one server. A `ca` (PEM) is trusted besides the certificates that Node brings along.
 *
 * @throws InvalidSettingError when `ca` is no PEM certificate.
 */
export function makeAgents(protocol: 'http:' | 'https:', ca: string | undefined): Agents {
  const trusted = ca === undefined ? undefined : [...rootCertificates, ...readCertificates(ca)];
  const limits = { maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS };
  if (protocol === 'http:') {
    return { kept: new http.Agent({ ...limits, keepAlive: true }), fresh: new http.Agent(limits) };
  }
  // Said outright: Node's own default can be switched off by NODE_TLS_REJECT_UNAUTHORIZED, for every connection of a process.
  const tls = { rejectUnauthorized: true, ...(trusted === undefined ? {} : { ca: trusted }) };
  return {
    kept: new https.Agent({ ...limits, ...tls, keepAlive: true }),
    fresh: new https.Agent({ ...limits, ...tls }),
  };
}

function readCertificates(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw new InvalidSettingError('The CA for Rancher holds no PEM certificate ("-----BEGIN CERTIFICATE-----").');
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      throw new InvalidSettingError(`Certificate ${index + 1} of the CA for Rancher is damaged: it cannot be read.`);
    }
  }
  return blocks;
}

/** What is known of the connection of one request. */
export interface ConnectionWatch {
  /** Whether the connection (with TLS: the handshake too) stood, so that the request may have been sent. */
  connected: boolean;
  /** Whether it went over a connection that had served before. */
  reused: boolean;
  /**
   * Asked as the connection stands, before the first byte is written: whether the request's time is over. A process that was frozen while
   * the connection was made hears of the connection first, and of its own timers later.
   */
  readonly isLate: () => boolean;
}

/** The method by which node:http hands a request to its agent: not in the types, but what every agent library builds on. */
interface RequestTaker {
  addRequest(request: ClientRequest, options: unknown): void;
}

/**
 * A view of an agent for one request, which notes in `watch` how far its connection came. Only that tells "not sent" from
 * "unknown": the errors of a time-out or a reset look the same before and after the connection stood.
 */
export function watched(agent: http.Agent, watch: ConnectionWatch): http.Agent {
  const taker = agent as unknown as RequestTaker;
  const view: RequestTaker = {
    addRequest(request, options) {
      request.once('socket', (socket) => {
        // One that waited for a socket gets that of another request, which node does not mark as used again.
        watch.reused = request.reusedSocket || !socket.connecting;
        const note = (): void => {
          watch.connected = true;
        };
        if (watch.reused) return note();
        // Ahead of the listener that writes the request, which node:http adds after this event. With TLS the request may be written within
        // the handshake: then only a freeze before the handshake is seen here.
        socket.once('connect', () => {
          if (watch.isLate()) socket.destroy();
          else if (!(agent instanceof https.Agent)) note();
        });
        if (agent instanceof https.Agent) socket.once('secureConnect', note);
      });
      taker.addRequest(request, options);
    },
  };
  return Object.assign(Object.create(agent) as http.Agent, view);
}
