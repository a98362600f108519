import { Inject, Injectable } from '@nestjs/common';
import { faultOfUrl, portOf, type AllowedHosts } from '@jobstream/downloads';
import { contextToken } from '@jobstream/platform';
import { isLoopback, type ProcessContext } from '@jobstream/runtime';
import type { FastifyRequest } from 'fastify';
import { endpointHostsToken } from '../api-providers.js';

/** The request that names a URL: how it reached this server. */
export type NamingRequest = Pick<FastifyRequest, 'headers' | 'socket'>;

/** Judges the URLs of receivers, as far as that can be told without asking anyone. */
@Injectable()
export class ReceiverUrls {
  private readonly publicUrl: URL | undefined;

  constructor(
    @Inject(endpointHostsToken) private readonly allowed: AllowedHosts,
    @Inject(contextToken) { settings }: Pick<ProcessContext, 'settings'>,
  ) {
    this.publicUrl = settings.PUBLIC_URL === undefined ? undefined : new URL(settings.PUBLIC_URL);
  }

  /** Why events may not be sent to a URL; undefined where they may. What its name leads to shows when a worker connects there. */
  faultOf(text: string, request: NamingRequest): string | undefined {
    const refusal = faultOfUrl(text, this.allowed);
    if (refusal !== undefined) return refusal;
    return this.isOwn(new URL(text), request) ? 'This is the address of the platform itself.' : undefined;
  }

  private isOwn(url: URL, { headers: { host }, socket }: NamingRequest): boolean {
    const own = host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
    const isAsked =
      own?.hostname === url.hostname && (own.port === url.port || portOf(url) === socket.localPort);
    const isHere = isLoopback(url.hostname.replace(/^\[|\]$/g, '')) && portOf(url) === socket.localPort;
    return isAsked || isHere || this.publicUrl?.host === url.host;
  }
}
